#pragma once

#include <map>
#include <string>
#include <vector>

#include "answer_world.hpp"

namespace loadstar::bench {

/// A zone with so many names host0, host1, … and one name for each way of steering.
[[nodiscard]] std::string zone_with(std::size_t hosts);

/// What answer_bench and micro_bench ask of it, by workload: one question, or many that are asked
/// in turn.
[[nodiscard]] std::map<std::string, std::vector<test::Question>> questions_about(std::size_t hosts);

/// A world with that zone and the demonstration databases.
[[nodiscard]] test::AnswerWorld world_with(std::size_t hosts);

/// The messages of a workload. Those of `cookie` carry a cookie of the world's server.
[[nodiscard]] std::vector<test::Bytes> queries_of(test::AnswerWorld& world,
                                                  std::vector<test::Question> questions);

/// Where all questions come from.
inline constexpr const char* kResolver = "203.0.113.1";

}  // namespace loadstar::bench
