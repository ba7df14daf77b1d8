#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "loadstar/answer/state.hpp"

namespace loadstar::app {

struct ExplainQuestion {
  std::string name;    ///< absolute, with or without the final dot
  std::string type;    ///< "A"
  std::string client;  ///< an address, or a prefix as a resolver sends it in ECS
};

/// Why the client gets the answer it gets (answer::explain) as a JSON document, or what is wrong
/// with the question.
[[nodiscard]] std::expected<std::string, std::string> explain(const answer::State& state,
                                                              const ExplainQuestion& question);

/// The document of explain() as text for people.
[[nodiscard]] std::string explanation_text(std::string_view document);

}  // namespace loadstar::app
