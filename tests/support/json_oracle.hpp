#pragma once
// What nlohmann's parser makes of a text, to compare with our own.

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/model/json/document.hpp"

namespace loadstar::test {

/// Kinds, keys and contents in a line. Numbers are equal however they are written.
class JsonOutline {
 public:
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  bool null() { return put("null"); }
  bool boolean(bool value) { return put(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) { return put(fmt::format("#{}", value)); }
  bool number_unsigned(std::uint64_t value) { return put(fmt::format("#{}", value)); }
  bool number_float(double value, const std::string& /*source*/) {
    return put(fmt::format("#{}", value));
  }
  bool string(const std::string& value) { return put(fmt::format("{}:{}", value.size(), value)); }
  bool key(const std::string& value) { return put(fmt::format("{}={}", value.size(), value)); }
  bool binary(std::vector<std::uint8_t>& /*value*/) { return false; }
  bool start_object(std::size_t /*unknown*/) { return put("{"); }
  bool end_object() { return put("}"); }
  bool start_array(std::size_t /*unknown*/) { return put("["); }
  bool end_array() { return put("]"); }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*problem*/) {
    return false;
  }

 private:
  bool put(std::string_view part) {
    text_ += part;
    text_ += ' ';
    return true;
  }

  std::string text_;
};

/// Nothing when the text is not JSON.
[[nodiscard]] inline std::optional<std::string> nlohmann_outline(std::string_view text) {
  JsonOutline outline;
  const bool accepted = nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &outline,
                                                  nlohmann::json::input_format_t::json, true, true);
  if (!accepted) return std::nullopt;
  return outline.text();
}

inline void put_value(model::json::Value value, JsonOutline& outline) {
  using model::json::Kind;
  switch (value.kind()) {
    case Kind::Null: outline.null(); return;
    case Kind::Boolean: outline.boolean(value.text() == "true"); return;
    case Kind::String: outline.string(std::string(value.text())); return;
    // Of a number we keep the source.
    case Kind::Number: nlohmann::json::sax_parse(value.text(), &outline); return;
    case Kind::Array:
      outline.start_array(0);
      for (const model::json::Value item : value.children()) put_value(item, outline);
      outline.end_array();
      return;
    case Kind::Object:
      outline.start_object(0);
      for (const model::json::Value member : value.children()) {
        outline.key(std::string(member.key()));
        put_value(member, outline);
      }
      outline.end_object();
      return;
  }
}

[[nodiscard]] inline std::optional<std::string> our_outline(std::string_view text) {
  const auto document = model::json::Document::parse(text);
  const auto root = document.root();
  if (!root) return std::nullopt;
  JsonOutline outline;
  put_value(*root, outline);
  return outline.text();
}

/// Texts that we do not take though they are JSON.
[[nodiscard]] inline bool is_beyond_our_limits(std::string_view text) {
  const auto document = model::json::Document::parse(text);
  for (const auto& problem : document.problems()) {
    if (problem.message.find("nest deeper") != std::string::npos) return true;
  }
  return text.find('\0') != std::string_view::npos;
}

}  // namespace loadstar::test
