#pragma once
// The one place that names Catch2's header: 2.x here; for 3.x it becomes <catch2/catch_all.hpp>.
#include <catch2/catch.hpp>
