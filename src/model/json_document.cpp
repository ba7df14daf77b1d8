#include <fmt/format.h>

#include "loadstar/model/json/document.hpp"

#include "json_fault.hpp"
#include "json_parser.hpp"

namespace loadstar::model::json {
namespace {

constexpr std::size_t kBytesPerNode = 16;

}  // namespace

std::optional<Value> Value::member(std::string_view key) const noexcept {
  if (!is_object()) return std::nullopt;
  for (const Value member : children()) {
    if (member.key() == key) return member;
  }
  return std::nullopt;
}

Document Document::parse(std::string_view text) {
  Document document;
  if (text.size() > kMaxFileBytes) {
    document.problems_.push_back(
        {0, fmt::format("the file is larger than {} MiB", kMaxFileBytes / (1024 * 1024))});
    return document;
  }
  // The parsers take it for the end of the text.
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    document.problems_.push_back({nul, "not JSON: a byte of value 0"});
    return document;
  }
  // Nearly enough for any file, so that nodes are seldom moved; memory that is not needed is never
  // touched.
  document.nodes_.reserve(text.size() / kBytesPerNode + 1);
  document.complete_ = Parser(text, document).run();
  if (!document.complete_) {
    document.problems_.push_back(find_fault(text).value_or(Problem{0, "not JSON"}));
  }
  return document;
}

std::optional<Value> Document::root() const noexcept {
  if (!complete_) return std::nullopt;
  return Value(nodes_.data());
}

std::optional<std::string_view> Document::find_string(std::string_view key) const noexcept {
  if (nodes_.empty() || nodes_.front().kind != Kind::Object) return std::nullopt;
  for (std::size_t i = 1; i < nodes_.size(); i += nodes_[i].size) {
    const Node& node = nodes_[i];
    if (node.kind == Kind::String && node.key == key) return node.text;
    if (node.size == 0) break;
  }
  return std::nullopt;
}

}  // namespace loadstar::model::json
