#include "loadstar/wire/name.hpp"

#include <charconv>

#include "loadstar/wire/bytes.hpp"

namespace loadstar::wire {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Neither the space nor DEL: what may stand in a name as itself.
bool is_graphic(std::uint8_t byte) { return byte > 0x20 && byte < 0x7f; }

/// Turns presentation format into labels. Every function returns what is wrong, "" when nothing is.
class NameParser {
 public:
  /// `bytes` is where the name goes.
  NameParser(std::string_view text, std::span<std::uint8_t, kMaxNameLength> bytes)
      : text_(text), bytes_(bytes) {
    bytes_[0] = 0;
  }

  std::string run() {
    for (;;) {
      add_simple_bytes();
      if (at_ == text_.size()) return {};
      std::string wrong = text_[at_] == '.' ? end_label() : add_byte();
      if (!wrong.empty()) return wrong;
    }
  }

  [[nodiscard]] bool absolute() const { return label_length() == 0; }
  [[nodiscard]] std::size_t length() const { return length_; }

  /// Ends the last label of a relative name and puts the origin behind it.
  std::string append(std::span<const std::uint8_t> origin) {
    bytes_[label_] = static_cast<std::uint8_t>(label_length());
    if (length_ + origin.size() > kMaxNameLength) return too_long("with its origin, ");
    write_bytes(bytes_.data() + length_, origin);
    length_ += origin.size();
    return {};
  }

 private:
  [[nodiscard]] std::size_t label_length() const { return length_ - label_ - 1; }

  [[nodiscard]] std::string too_long(std::string_view how) const {
    return quoted(text_) + " is too long: " + std::string(how) + "a name has at most 255 bytes";
  }

  /// Those that stand for themselves, as long as there is room.
  void add_simple_bytes() {
    const std::size_t end = std::min(kMaxNameLength, label_ + 1 + kMaxLabelLength);
    while (at_ < text_.size() && length_ < end) {
      const char c = text_[at_];
      if (c == '.' || c == '\\' || !is_graphic(static_cast<std::uint8_t>(c))) return;
      bytes_[length_++] = static_cast<std::uint8_t>(c);
      ++at_;
    }
  }

  std::string end_label() {
    if (label_length() == 0) return quoted(text_) + " has an empty label";
    if (length_ == kMaxNameLength) return too_long("");
    bytes_[label_] = static_cast<std::uint8_t>(label_length());
    label_ = length_;
    bytes_[length_++] = 0;
    ++at_;
    return {};
  }

  std::string add_byte() {
    const std::size_t start = at_;
    const auto byte = text_[at_] == '\\' ? escaped() : plain();
    if (!byte) return bad_byte(start);
    if (label_length() == kMaxLabelLength) {
      return quoted(text_) + " has a label of more than 63 bytes";
    }
    if (length_ == kMaxNameLength) return too_long("");
    bytes_[length_++] = *byte;
    return {};
  }

  std::optional<std::uint8_t> plain() {
    const auto byte = static_cast<std::uint8_t>(text_[at_++]);
    return is_graphic(byte) ? std::optional(byte) : std::nullopt;
  }

  /// \X for any character X that is no digit, \DDD for the byte of that decimal number.
  std::optional<std::uint8_t> escaped() {
    const std::string_view rest = text_.substr(at_ + 1);
    if (rest.empty()) return std::nullopt;
    if (!is_digit(rest[0])) {
      at_ += 2;
      return static_cast<std::uint8_t>(rest[0]);
    }
    std::uint8_t value = 0;
    const std::string_view digits = rest.substr(0, 3);
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
    if (error != std::errc{} || end != digits.begin() + 3) return std::nullopt;
    at_ += 4;
    return value;
  }

  [[nodiscard]] std::string bad_byte(std::size_t start) const {
    if (text_[start] == '\\') {
      return quoted(text_) + " has a bad escape " + quoted(text_.substr(start, 4)) +
             ": write \\DDD with three digits up to 255, or \\ and the character";
    }
    return quoted(text_) +
           " has a byte that is not printable ASCII: write it as \\DDD, or an international name "
           "in its xn-- form";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::span<std::uint8_t, kMaxNameLength> bytes_;
  std::size_t length_ = 1;  // with the length byte of the label that is being read
  std::size_t label_ = 0;   // where that length byte stands
};

void append_escaped(std::string& text, std::uint8_t byte) {
  constexpr std::string_view kSpecial = ".\\\"();@$";  // special in master files (RFC 1035 5.1)
  if (!is_graphic(byte)) {
    text += '\\';
    for (const int unit : {100, 10, 1}) text += static_cast<char>('0' + byte / unit % 10);
    return;
  }
  if (kSpecial.contains(static_cast<char>(byte))) text += '\\';
  text += static_cast<char>(byte);
}

}  // namespace

std::expected<Name, std::string> Name::parse(std::string_view text, const Name& origin) {
  if (text == "@") return origin;
  if (text == ".") return Name();
  if (text.empty()) {
    return std::unexpected("\"\" is not a name: write \"@\" for the zone's own name");
  }
  std::expected<Name, std::string> name;
  NameParser parser(text, name->bytes_);
  std::string wrong = parser.run();
  if (wrong.empty() && !parser.absolute()) wrong = parser.append(origin.bytes());
  name->length_ = static_cast<std::uint8_t>(parser.length());
  if (!wrong.empty()) name = std::unexpected(std::move(wrong));
  return name;
}

std::optional<Name> Name::from_wire(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.empty() || name_length(bytes) != bytes.size()) return std::nullopt;
  Name name;
  write_bytes(name.bytes_.data(), bytes);
  name.length_ = static_cast<std::uint8_t>(bytes.size());
  return name;
}

std::size_t Name::label_count() const noexcept {
  std::size_t count = 0;
  for (std::size_t at = 0; bytes_[at] != 0; at += bytes_[at] + 1U) ++count;
  return count;
}

Name Name::lowered() const noexcept {
  Name result;
  lower_name(bytes_.data(), length_, result.bytes_.data());
  result.length_ = length_;
  return result;
}

Name Name::parent() const noexcept {
  Name result;
  if (is_root()) return result;
  const std::size_t skipped = bytes_[0] + 1U;
  result.length_ = static_cast<std::uint8_t>(length_ - skipped);
  std::memcpy(result.bytes_.data(), bytes_.data() + skipped, result.length_);
  return result;
}

std::optional<Name> Name::child(std::string_view label) const noexcept {
  if (label.empty() || label.size() > kMaxLabelLength) return std::nullopt;
  if (label.size() + 1 + length_ > kMaxNameLength) return std::nullopt;
  Name result;
  result.bytes_[0] = static_cast<std::uint8_t>(label.size());
  std::memcpy(result.bytes_.data() + 1, label.data(), label.size());
  std::memcpy(result.bytes_.data() + 1 + label.size(), bytes_.data(), length_);
  result.length_ = static_cast<std::uint8_t>(label.size() + 1 + length_);
  return result;
}

bool Name::is_within(const Name& ancestor) const noexcept {
  if (length_ < ancestor.length_) return false;
  const std::size_t start = length_ - std::size_t{ancestor.length_};
  std::size_t at = 0;
  while (at < start) at += bytes_[at] + 1U;
  return at == start &&
         std::memcmp(bytes_.data() + start, ancestor.bytes_.data(), ancestor.length_) == 0;
}

std::string Name::to_string() const {
  if (is_root()) return ".";
  std::string text;
  for (std::size_t at = 0; bytes_[at] != 0; at += bytes_[at] + 1U) {
    for (const std::uint8_t byte : std::span(bytes_).subspan(at + 1, bytes_[at])) {
      append_escaped(text, byte);
    }
    text += '.';
  }
  return text;
}

}  // namespace loadstar::wire
