#include "loadstar/wire/name.hpp"

#include <fmt/format.h>
#include <string>
#include <vector>

#include "loadstar/base/random.hpp"

#include "catch.hpp"
#include "packet.hpp"

namespace loadstar::wire {
namespace {

using test::Bytes;
using test::name_of;
using test::to_bytes;

// Labels of the given lengths, each byte drawn by `next`, and the root.
template <class NextByte>
Bytes wire_of(const std::vector<std::size_t>& labels, NextByte next) {
  Bytes bytes;
  for (const std::size_t length : labels) {
    bytes.push_back(static_cast<std::uint8_t>(length));
    for (std::size_t i = 0; i < length; ++i) bytes.push_back(next());
  }
  bytes.push_back(0);
  return bytes;
}

Bytes wire_of(const std::vector<std::size_t>& labels) {
  return wire_of(labels, [] { return std::uint8_t{'x'}; });
}

Bytes random_wire(base::Random& random) {
  std::vector<std::size_t> labels;
  std::size_t room = 1 + random.below(kMaxNameLength);
  while (room > 2 && random.below(8) != 0) {
    const std::size_t length =
        1 + random.below(static_cast<std::uint32_t>(std::min(room - 2, kMaxLabelLength)));
    labels.push_back(length);
    room -= length + 1;
  }
  return wire_of(labels, [&] { return static_cast<std::uint8_t>(random.below(256)); });
}

std::string parse_error(std::string_view text, const Name& origin = Name()) {
  const auto name = Name::parse(text, origin);
  return name ? "" : name.error();
}

TEST_CASE("a name is measured to its root byte", "[wire][rfc1035]") {
  struct Row {
    const char* what;
    Bytes bytes;
    std::size_t length;
  };
  const std::vector<Row> rows{
      {"the root", {0}, 1},
      {"two labels", to_bytes(std::string_view("\3www\2de\0", 8)), 8},
      {"bytes behind the name", to_bytes(std::string_view("\2de\0\0\1\0\1", 8)), 4},
      {"a label of 63 bytes", wire_of({63}), 65},
      {"255 bytes", wire_of({63, 63, 63, 61}), 255},
      {"127 labels", wire_of(std::vector<std::size_t>(127, 1)), 255},
      {"zero, dot and 255 in a label", {5, 0x00, '.', 0xff, '@', 0xc0, 0}, 7},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(name_length(row.bytes) == row.length);
  }
}

TEST_CASE("a malformed name has no length", "[wire][rfc1035]") {
  struct Row {
    const char* what;
    Bytes bytes;
  };
  const std::vector<Row> rows{
      {"nothing at all", {}},
      {"no root byte", {2, 'd', 'e'}},
      {"a label past the end", {5, 'd', 'e', 0}},
      {"only a length byte", {1}},
      {"a label of 64 bytes", wire_of({64})},
      {"label type 0x40, a bit label", {0x41, 0x01, 0x80, 0}},
      {"label type 0x80", {0x80, 0}},
      {"a pointer", {2, 'd', 'e', 0xc0, 0x0c, 0}},
      {"a pointer to itself", {0xc0, 0x00}},
      {"half a pointer", {0xc0}},
      {"256 bytes", wire_of({63, 63, 63, 62})},
      {"128 labels", wire_of(std::vector<std::size_t>(128, 1))},
      {"254 bytes of labels and no root byte", wire_of({63, 63, 63, 63})},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(name_length(row.bytes) == 0);
    CHECK_FALSE(Name::from_wire(row.bytes));
  }
}

TEST_CASE("bytes behind a name are not part of a whole name", "[wire]") {
  CHECK(Name::from_wire(Bytes{2, 'd', 'e', 0}));
  CHECK_FALSE(Name::from_wire(Bytes{2, 'd', 'e', 0, 0}));
}

TEST_CASE("only A to Z fold", "[wire][rfc4343]") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const unsigned expected = byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
    CHECK(lower_byte(static_cast<std::uint8_t>(byte)) == expected);
  }
}

TEST_CASE("lowering a name equals folding it byte by byte and touches nothing else",
          "[wire][rfc4343]") {
  base::Random random(4343);
  for (std::size_t length = 1; length <= kMaxNameLength; ++length) {
    for (int round = 0; round < 8; ++round) {
      Bytes from(length);
      for (auto& byte : from) byte = static_cast<std::uint8_t>(random.below(256));
      Bytes expected = from;
      for (auto& byte : expected) byte = lower_byte(byte);
      expected.push_back(0xaa);

      Bytes to(length + 1, 0xaa);
      lower_name(from.data(), length, to.data());
      REQUIRE(to == expected);
      lower_name(from.data(), length, from.data());  // in place too
      from.push_back(0xaa);
      REQUIRE(from == expected);
    }
  }
}

TEST_CASE("a lowered name keeps its labels", "[wire]") {
  CHECK(name_of("WWW.Example.COM.").lowered() == name_of("www.example.com."));
  CHECK_FALSE(name_of("WWW.") == name_of("www."));
  CHECK(Name().lowered() == Name());
}

TEST_CASE("presentation format becomes labels", "[wire][rfc1035]") {
  const Name origin = name_of("Example.com.");
  struct Row {
    std::string_view text;
    std::string_view expected;
  };
  const std::vector<Row> rows{
      {"@", "Example.com."},
      {".", "."},
      {"www", "www.Example.com."},
      {"WwW", "WwW.Example.com."},
      {"a.b", "a.b.Example.com."},
      {"a.b.", "a.b."},
      {"*.cdn", "*.cdn.Example.com."},
      {"_dns._udp", "_dns._udp.Example.com."},
      {R"(a\.b)", R"(a\.b.Example.com.)"},
      {R"(a\.)", R"(a\..Example.com.)"},
      {R"(a\\.)", R"(a\\.)"},
      {R"(\097.)", "a."},
      {R"(\000\255.)", R"(\000\255.)"},
      {R"(\046.)", R"(\..)"},
      {R"(\ x.)", R"(\032x.)"},
      {R"(\@)", R"(\@.Example.com.)"},
      {"a@b.", R"(a\@b.)"},
      {R"(a"b.)", R"(a\"b.)"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto name = Name::parse(row.text, origin);
    REQUIRE(name);
    CHECK(name->to_string() == row.expected);
  }
}

TEST_CASE("what is no name says why", "[wire][rfc1035]") {
  const std::string l63(63, 'a');
  const std::string l64 = l63 + "a";
  const std::string l61(61, 'a');
  const std::string t254 = fmt::format("{0}.{0}.{0}.{1}", l63, l61);
  struct Row {
    std::string text;
    std::string error;
  };
  const std::string escape = ": write \\DDD with three digits up to 255, or \\ and the character";
  const std::string ascii =
      " has a byte that is not printable ASCII: write it as \\DDD, or an international name in its "
      "xn-- form";
  const std::vector<Row> rows{
      {"", "\"\" is not a name: write \"@\" for the zone's own name"},
      {"a..b", "\"a..b\" has an empty label"},
      {".a", "\".a\" has an empty label"},
      {"..", "\"..\" has an empty label"},
      {"a..", "\"a..\" has an empty label"},
      {l64, "\"" + l64 + "\" has a label of more than 63 bytes"},
      {"www." + l64 + ".", "\"www." + l64 + ".\" has a label of more than 63 bytes"},
      {t254 + "a.", "\"" + t254 + "a.\" is too long: a name has at most 255 bytes"},
      {t254 + ".a", "\"" + t254 + ".a\" is too long: a name has at most 255 bytes"},
      {"a\\", "\"a\\\" has a bad escape \"\\\"" + escape},
      {"\\1", "\"\\1\" has a bad escape \"\\1\"" + escape},
      {"\\25x.de", "\"\\25x.de\" has a bad escape \"\\25x\"" + escape},
      {"\\256", "\"\\256\" has a bad escape \"\\256\"" + escape},
      {"\\999", "\"\\999\" has a bad escape \"\\999\"" + escape},
      {"a b", "\"a b\"" + ascii},
      {"b\xc3\xbc"
       "cher",
       "\"b\xc3\xbc"
       "cher\"" +
           ascii},
      {std::string("a\0b", 3), "\"" + std::string("a\0b", 3) + "\"" + ascii},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(parse_error(row.text) == row.error);
  }
}

TEST_CASE("a relative name must leave room for its origin", "[wire]") {
  const std::string l63(63, 'a');
  const std::string relative = fmt::format("{0}.{0}.{0}", l63);  // 192 bytes
  const Name fits = name_of(std::string(61, 'o') + ".");         // 63 bytes: 255 in all
  const Name origin = name_of(std::string(62, 'o') + ".");
  REQUIRE(Name::parse(relative, fits));
  CHECK(Name::parse(relative, fits)->length() == kMaxNameLength);
  CHECK(parse_error(relative, origin) ==
        "\"" + relative + "\" is too long: with its origin, a name has at most 255 bytes");
}

TEST_CASE("names of the greatest size parse", "[wire][rfc1035]") {
  const std::string l63(63, 'a');
  CHECK(name_of(fmt::format("{0}.{0}.{0}.{1}.", l63, std::string(61, 'a'))).length() == 255);
  std::string many;
  for (int i = 0; i < 127; ++i) many += "a.";
  CHECK(name_of(many).label_count() == 127);
  CHECK(parse_error(many + "a.") == "\"" + many + "a.\" is too long: a name has at most 255 bytes");
}

TEST_CASE("any name survives its presentation form", "[wire]") {
  base::Random random(1035);
  for (int round = 0; round < 5000; ++round) {
    const auto name = Name::from_wire(random_wire(random));
    REQUIRE(name);
    const auto again = Name::parse(name->to_string(), name_of("elsewhere."));
    REQUIRE(again);
    REQUIRE(*again == *name);
  }
}

TEST_CASE("a name climbs to the root label by label", "[wire]") {
  Name name = name_of("a.b.example.com.");
  CHECK(name.label_count() == 4);
  for (const std::string_view text : {"b.example.com.", "example.com.", "com.", ".", "."}) {
    name = name.parent();
    CHECK(name == name_of(text));
    CHECK(Name::from_wire(name.bytes()));
  }
  CHECK(name.is_root());
  CHECK(name.label_count() == 0);
}

TEST_CASE("a label goes before a name when there is room", "[wire]") {
  const Name com = name_of("com.");
  CHECK(com.child("www") == name_of("www.com."));
  CHECK(com.child("a.b") == name_of("a\\.b.com."));
  CHECK(Name().child("com") == com);
  CHECK_FALSE(com.child(""));
  CHECK(com.child(std::string(63, 'a')));
  CHECK_FALSE(com.child(std::string(64, 'a')));

  const std::string l63(63, 'a');
  const Name long_name = name_of(fmt::format("{0}.{0}.{0}.", l63));  // 193 bytes
  CHECK(long_name.child(std::string(61, 'b'))->length() == 255);
  CHECK_FALSE(long_name.child(std::string(62, 'b')));
}

TEST_CASE("a name is within its ancestors and itself", "[wire]") {
  struct Row {
    std::string_view name;
    std::string_view ancestor;
    bool within;
  };
  const std::vector<Row> rows{
      {"www.example.com.", "example.com.", true},
      {"example.com.", "example.com.", true},
      {"example.com.", ".", true},
      {".", ".", true},
      {".", "com.", false},
      {"com.", "example.com.", false},
      {"badexample.com.", "example.com.", false},
      {"www.example.org.", "example.com.", false},
      {R"(x\007example.com.)", "example.com.", false},  // the bytes match, but within a label
      {R"(\003com.)", "com.", false},
  };
  for (const Row& row : rows) {
    INFO(row.name << " in " << row.ancestor);
    CHECK(name_of(row.name).is_within(name_of(row.ancestor)) == row.within);
  }
}

TEST_CASE("a wildcard is a name whose first label is an asterisk", "[wire][rfc4592]") {
  CHECK(name_of("*.example.com.").is_wildcard());
  CHECK(name_of("*.").is_wildcard());
  CHECK_FALSE(name_of("**.example.com.").is_wildcard());
  CHECK_FALSE(name_of("a.*.example.com.").is_wildcard());
  CHECK_FALSE(Name().is_wildcard());
}

}  // namespace
}  // namespace loadstar::wire
