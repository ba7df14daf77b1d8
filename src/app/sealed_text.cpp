#include "sealed_text.hpp"

#include <fmt/format.h>

#include "loadstar/select/hash.hpp"

namespace loadstar::app {
namespace {

constexpr std::string_view kChecksum = "checksum ";

std::string checksum_line(std::string_view text) {
  return fmt::format("{}{:016x}\n", kChecksum, select::hash(text));
}

}  // namespace

std::string seal(std::string_view header, std::string_view body) {
  const std::string text = fmt::format("{}{}", header, body);
  return text + checksum_line(text);
}

std::expected<std::string_view, std::string> unseal(std::string_view header,
                                                    std::string_view text) {
  if (!text.starts_with(header)) return std::unexpected("is of another version, or none of ours");
  const std::size_t end = text.rfind(kChecksum);
  if (end == std::string_view::npos || text.substr(end) != checksum_line(text.substr(0, end)))
    return std::unexpected("is not whole: its checksum is wrong");
  return text.substr(header.size(), end - header.size());
}

}  // namespace loadstar::app
