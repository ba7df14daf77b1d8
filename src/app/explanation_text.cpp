#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

#include "loadstar/app/explain.hpp"

namespace loadstar::app {
namespace {

using nlohmann::json;

std::string text(const json& document, const char* key) { return document.value(key, ""); }

char sign(const std::string& mark) {
  if (mark == "accepted") return '+';
  return mark == "rejected" ? '-' : ' ';
}

/// `3 rule        + rule "office": …`; a name's own steps have no number.
std::string line_of(const json& step) {
  const int number = step.value("number", 0);
  const std::string detail = text(step, "detail");
  const bool is_sentence = number == 0;  // the detail goes on where the text ends
  return fmt::format("{} {:<11} {} {}{}{}\n", number == 0 ? " " : std::to_string(number),
                     text(step, "name"), sign(text(step, "mark")), text(step, "text"),
                     detail.empty() ? "" : (is_sentence ? " " : ": "), detail);
}

/// "answer: 192.0.2.1, 192.0.2.2; TTL 60, scope /24"
std::string last_line(const json& document) {
  const auto answer = document.value("answer", std::vector<std::string>{});
  std::string line = text(document, "outcome");
  if (!answer.empty()) line += fmt::format(": {}", fmt::join(answer, ", "));
  const int ttl = document.value("ttl", 0);
  if (ttl != 0) line += fmt::format("; TTL {}, scope /{}", ttl, document.value("scope", 0));
  return line + "\n";
}

}  // namespace

std::string explanation_text(std::string_view document_text) {
  const json document = json::parse(document_text);
  std::string page = fmt::format("{} {} for {}\n", text(document, "name"), text(document, "type"),
                                 text(document, "client"));
  for (const json& step : document.value("steps", json::array())) page += line_of(step);
  return page + last_line(document);
}

}  // namespace loadstar::app
