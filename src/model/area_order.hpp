#pragma once

#include <functional>

#include "definitions.hpp"

namespace loadstar::model {

/// Areas within areas at most; deeper nesting says nothing that a flat list could not.
inline constexpr std::size_t kMaxAreaNesting = 16;

/// Where an area's mistake stands, and what it is.
using ReportArea = std::function<void(const base::Where& where, std::string message)>;

/// Reports areas that contain themselves or nest too deep, and makes them match everyone, so that
/// no circle is left. Once all areas of a scope are defined.
void check_area_order(Names<Area>& areas, const ReportArea& report);

}  // namespace loadstar::model
