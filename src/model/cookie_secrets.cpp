#include "loadstar/model/cookie_secrets.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "files.hpp"
#include "trimmed.hpp"

namespace loadstar::model {
namespace {

constexpr std::size_t kDigits = 32;
constexpr std::size_t kMost = 8;

/// Sixteen digits as the eight bytes that they are, the first the lowest.
std::optional<std::uint64_t> half(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return std::byteswap(value);
}

std::optional<base::SipKey> secret_in(std::string_view line) {
  if (line.size() != kDigits) return std::nullopt;
  const auto low = half(line.substr(0, kDigits / 2));
  const auto high = half(line.substr(kDigits / 2));
  if (!low || !high) return std::nullopt;
  return base::SipKey{*low, *high};
}

}  // namespace

std::vector<base::SipKey> read_cookie_secrets(const std::filesystem::path& file,
                                              base::Diagnostics& diagnostics) {
  const auto source = read_file(file, diagnostics);
  if (source == nullptr) return {};
  std::vector<base::SipKey> secrets;
  bool good = true;
  const auto refuse = [&](std::string_view at, std::string message) {
    const auto offset = static_cast<std::size_t>(at.data() - source->text.data());
    diagnostics.error(base::Where{source.get(), offset}, std::move(message));
    good = false;
  };
  const std::string_view text = source->text;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = trimmed(text.substr(start, end - start));
    start = end + 1;
    if (line.empty() || line.starts_with('#')) continue;
    const auto secret = secret_in(line);
    if (!secret) {
      refuse(line, "a secret is 32 hexadecimal digits");
    } else if (secrets.size() == kMost) {
      refuse(line, "there are more than 8 secrets");
    } else {
      secrets.push_back(*secret);
    }
  }
  if (good && secrets.empty()) refuse(text, "there is no secret: 32 hexadecimal digits on a line");
  if (!good) secrets.clear();
  return secrets;
}

}  // namespace loadstar::model
