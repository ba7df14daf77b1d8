#pragma once
// Reading values of a file into types: each getter checks form and range, reports what is wrong and
// then returns nothing.
//
//   kPoolFields: { "region", read_region }, { "endpoints", read_endpoints, Required }, …   one row
//   per key read_object(context, value, kPoolFields, pool) calls the rows
//
// Every mistake is reported and the reading goes on, so that all of them are seen at once.

#include <array>
#include <charconv>
#include <concepts>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/model/json/document.hpp"
#include "loadstar/select/quorum.hpp"

#include "findings.hpp"
#include "suggest.hpp"

namespace loadstar::model {

template <class Number>
struct Range {
  Number least;
  Number most;
};

/// A word of the file and what it stands for.
template <class Enum>
struct Word {
  std::string_view word;
  Enum value;
};

class Reader {
 public:
  Reader(const base::SourceFile& file, Findings& findings) : file_(&file), findings_(&findings) {}

  [[nodiscard]] base::Where where(json::Value value) const noexcept {
    return {file_, value.offset()};
  }
  /// A value as it stands in the file.
  [[nodiscard]] std::string_view source(json::Value value) const noexcept;
  [[nodiscard]] base::Where where_key(json::Value value) const noexcept {
    return {file_, value.key_offset()};
  }
  void error(json::Value value, std::string message) {
    findings_->error(value.offset(), std::move(message));
  }
  void error_at_key(json::Value value, std::string message) {
    findings_->error(value.key_offset(), std::move(message));
  }
  void warning(json::Value value, std::string message) {
    findings_->warning(value.offset(), std::move(message));
  }
  void error(const base::Where& where, std::string message) {
    findings_->error(where.offset, std::move(message));
  }
  void warning(const base::Where& where, std::string message) {
    findings_->warning(where.offset, std::move(message));
  }
  /// So that checks of a whole can be left out when a part of it has failed.
  [[nodiscard]] std::size_t error_count() const noexcept { return findings_->error_count(); }
  /// Reports `"x" is not <wanted>`.
  std::nullopt_t refuse(json::Value value, std::string_view wanted);

  [[nodiscard]] std::optional<std::string_view> string(json::Value value);
  /// A string of `range` bytes without control characters.
  [[nodiscard]] std::optional<std::string_view> text(json::Value value, Range<std::size_t> range);
  [[nodiscard]] std::optional<bool> boolean(json::Value value);
  [[nodiscard]] std::optional<double> number(json::Value value, Range<double> range);
  template <std::integral Number>
  [[nodiscard]] std::optional<Number> whole(json::Value value, Range<Number> range);

  /// "500ms", or a number of seconds.
  [[nodiscard]] std::optional<base::Duration> duration(json::Value value,
                                                       Range<base::Duration> range);
  /// A TTL or a time of the SOA: whole seconds, as a duration or a number.
  [[nodiscard]] std::optional<std::uint32_t> seconds(json::Value value);
  /// A whole number from 1, or a share: "25%" or 0.25, above 0 and at most 1.
  [[nodiscard]] std::optional<select::CountOrShare> count_or_share(json::Value value);
  /// "300km", as kilometers.
  [[nodiscard]] std::optional<double> distance_km(json::Value value);
  [[nodiscard]] std::optional<base::Address> address(json::Value value, base::Family family);
  [[nodiscard]] std::optional<base::Endpoint> endpoint(json::Value value,
                                                       std::uint16_t default_port);
  /// A domain name in presentation form.
  [[nodiscard]] std::optional<std::string> domain_name(json::Value value);

  template <class Enum, std::size_t Count>
  [[nodiscard]] std::optional<Enum> choice(json::Value value,
                                           const std::array<Word<Enum>, Count>& words,
                                           std::span<const std::string_view> later = {});

  /// Checks that the value is an object or a list that is not empty.
  [[nodiscard]] bool is_object(json::Value value);
  /// The items of a list, or the one value that stands instead of a list of one; none when it is
  /// empty, which is an error.
  [[nodiscard]] json::Children items(json::Value value);

 private:
  template <class Number>
  [[nodiscard]] static std::optional<Number> parse(json::Value value);
  std::optional<std::size_t> find_word(json::Value value, std::span<const std::string_view> words,
                                       std::span<const std::string_view> later);

  const base::SourceFile* file_;
  Findings* findings_;
};

/// The value in words for a message: strings and scalars quoted, "a list", "an object".
[[nodiscard]] std::string described(json::Value value);

/// Keeps what is there when nothing could be read.
template <class Target, class T>
void set(Target& target, std::optional<T> read) {
  if (read) target = *std::move(read);
}

enum class Presence : std::uint8_t { Optional, Required };

/// A key of an object. One with a `refusal` is a word of the format that this version does not
/// take.
struct Key {
  std::string_view name;
  Presence presence = Presence::Optional;
  std::string_view refusal = {};
};

inline constexpr std::string_view kNotYet = "is not supported by this version";

/// A row of an object's table: the key and what reads its value.
template <class Context, class T>
struct Field {
  Key key;
  void (*read)(Context& context, json::Value value, T& target) = nullptr;
};

/// Reports a key that no row has.
void report_unknown_key(Reader& in, json::Value member, std::span<const std::string_view> known);

template <class Context, class T, std::size_t Count>
[[nodiscard]] std::vector<std::string_view> names_of(
    const std::array<Field<Context, T>, Count>& fields) {
  std::vector<std::string_view> names;
  for (const auto& field : fields) {
    if (field.key.refusal.empty()) names.push_back(field.key.name);
  }
  return names;
}

template <class Context, class T, std::size_t Count>
void read_member(Context& context, json::Value member,
                 const std::array<Field<Context, T>, Count>& fields, T& target) {
  for (const auto& field : fields) {
    if (field.key.name != member.key()) continue;
    if (field.key.refusal.empty()) return field.read(context, member, target);
    return context.in.error_at_key(member,
                                   fmt::format("\"{}\" {}", member.key(), field.key.refusal));
  }
  report_unknown_key(context.in, member, names_of(fields));
}

/// Reads an object by its table. `Context` has a Reader `in`. Returns false when it is not an
/// object at all.
template <class Context, class T, std::size_t Count>
bool read_object(Context& context, json::Value object,
                 const std::array<Field<Context, T>, Count>& fields, T& target) {
  if (!context.in.is_object(object)) return false;
  for (const json::Value member : object.children()) read_member(context, member, fields, target);
  for (const auto& field : fields) {
    if (field.key.presence == Presence::Optional || object.member(field.key.name)) continue;
    context.in.error(object, fmt::format("\"{}\" is missing", field.key.name));
  }
  return true;
}

template <class Number>
std::optional<Number> Reader::parse(json::Value value) {
  if (value.kind() != json::Kind::Number) return std::nullopt;
  Number number{};
  const char* const end = value.text().data() + value.text().size();
  const auto [rest, problem] = std::from_chars(value.text().data(), end, number);
  if (problem != std::errc{} || rest != end) return std::nullopt;
  return number;
}

template <std::integral Number>
std::optional<Number> Reader::whole(json::Value value, Range<Number> range) {
  const auto number = parse<Number>(value);
  if (number && *number >= range.least && *number <= range.most) return number;
  return refuse(value, fmt::format("a whole number from {} to {}", range.least, range.most));
}

template <class Enum, std::size_t Count>
std::optional<Enum> Reader::choice(json::Value value, const std::array<Word<Enum>, Count>& words,
                                   std::span<const std::string_view> later) {
  std::array<std::string_view, Count> names;
  for (std::size_t i = 0; i < Count; ++i) names[i] = words[i].word;
  const auto found = find_word(value, names, later);
  if (!found) return std::nullopt;
  return words[*found].value;
}

}  // namespace loadstar::model
