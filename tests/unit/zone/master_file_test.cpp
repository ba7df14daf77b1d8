#include "loadstar/zone/master_file.hpp"

#include <memory>

#include "catch.hpp"

using namespace loadstar;

namespace {

struct Read {
  base::SourceFile file;
  base::Diagnostics diagnostics;
  std::unique_ptr<zone::ContentBuilder> builder;

  explicit Read(std::string text) : file{"example.com.zone", std::move(text), nullptr} {
    const wire::Name origin = *wire::Name::parse("example.com.", {});
    builder = std::make_unique<zone::ContentBuilder>(origin, base::Where{&file, 0}, diagnostics);
    zone::read_master_file(file, origin, *builder, diagnostics);
  }
  std::vector<std::string> errors() const {
    std::vector<std::string> lines;
    for (const auto& error : diagnostics.errors()) lines.push_back(error.to_string());
    return lines;
  }
};

constexpr const char* kGood =
    "$TTL 300\n"
    "@ IN SOA ns1 hostmaster (\n"
    "    7 3600 600 604800 60 ) ; the serial is 7\n"
    "@ IN NS ns1\n"
    "\n"
    "ns1 A 192.0.2.53\n"
    "    AAAA 2001:db8::53\n"
    "$ORIGIN sub.example.com.\n"
    "www 60 IN A 192.0.2.1\n"
    "x IN TYPE65280 \\# 2 abcd\n";

}  // namespace

TEST_CASE("a master file is read with its directives", "[zone][rfc1035]") {
  Read read(kGood);
  CHECK(read.errors().empty());
  const zone::Content content = read.builder->finish();
  CHECK(read.errors().empty());
  CHECK(content.serial() == 7);
  CHECK(content.owners().size() == 4);
}

TEST_CASE("each wrong line of a master file is one error with its line", "[zone][rfc1035]") {
  const Read read(std::string(kGood) +
                  "bad IN A 192.0.2.300\n"
                  "$INCLUDE other.zone\n"
                  "good IN A 192.0.2.3\n"
                  "odd IN MX ten mail\n");
  const auto errors = read.errors();
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].starts_with("example.com.zone:11:1: not a resource record: "));
  CHECK(errors[1] ==
        "example.com.zone:12:1: $INCLUDE is not supported; put the records in this file");
  CHECK(errors[2].starts_with("example.com.zone:14:1: not a resource record: "));
}

TEST_CASE("odd master files end in an error, not in a crash", "[zone]") {
  for (const char* const text :
       {"", "\n\n", "(", ")", "\"", "@", "@ IN", "$TTL", "$ORIGIN", "$TTL x\n", "$INCLUDE",
        "www IN A", "\\", "@ IN TXT \"", "a b c d e f", "; only a comment"}) {
    CAPTURE(text);
    Read read(text);
    (void)read.builder->finish();
    CHECK(read.diagnostics.has_errors());
  }
}
