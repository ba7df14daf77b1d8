#include "loadstar/wire/message.hpp"

#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/random.hpp"

#include "catch.hpp"
#include "packet.hpp"

namespace loadstar::wire {
namespace {

using test::Bytes;
using test::Packet;

constexpr std::uint16_t kRd = flag::kRecursionDesired;

/// What reading ends in; nullopt: a query.
std::optional<QueryError> error_of(const Bytes& message) {
  Query query;
  const auto read = read_query(message, query);
  return read ? std::nullopt : std::optional(read.error());
}

Packet query_for(std::string_view name, test::Counts counts = {}) {
  return Packet().header(kRd, counts).question(name);
}

/// A question and what follows it; the counts are answers, authorities and additionals.
struct Row {
  const char* what;
  test::Counts counts;
  Packet rest;
};

std::optional<QueryError> error_of(const Row& row) {
  return error_of(query_for("www.example.com.", row.counts).raw(row.rest.bytes()).bytes());
}

const Bytes kAddress{192, 0, 2, 1};
const Bytes kSubnetOption{0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2};
const Bytes kBadSubnetOption{0, 8, 0, 7, 0, 1, 24, 24, 192, 0, 2};
constexpr std::uint32_t kVersion1 = 0x00010000;

TEST_CASE("a plain query is header and question", "[wire][rfc1035]") {
  const Bytes message = query_for("wWw.Example.com.").bytes();
  Query query;
  REQUIRE(read_query(message, query));
  CHECK(query.id == 0x1234);
  CHECK(query.flags == kRd);
  CHECK(query.type == type::kA);
  CHECK(query.klass == klass::kIn);
  CHECK(query.name_length == 17);
  CHECK(query.question_end == 33);
  CHECK_FALSE(query.edns.present);
}

TEST_CASE("the OPT record of a query is read", "[wire][rfc6891]") {
  const Bytes message =
      query_for("www.example.com.", {1, 0, 0, 1}).opt(kSubnetOption, 0xff00c001).bytes();
  Query query;
  REQUIRE(read_query(message, query));
  CHECK(query.edns.present);
  CHECK(query.edns.version == 0);
  CHECK(query.edns.flags == 0xc001);
  CHECK(query.edns.payload_size == 1232);
  CHECK(query.edns.asks(Ask::ClientSubnet));
  CHECK(query.edns.subnet.address.to_string() == "192.0.2.0");
  CHECK(query.question_end == 33);
}

TEST_CASE("nothing of an earlier query stays behind", "[wire]") {
  Query query;
  REQUIRE(read_query(query_for("a.", {1, 0, 0, 1}).opt(kSubnetOption).bytes(), query));
  REQUIRE(read_query(query_for("a.").bytes(), query));
  CHECK_FALSE(query.edns.present);
  CHECK_FALSE(query.edns.asks(Ask::ClientSubnet));
  CHECK(query.edns.subnet == ClientSubnet());
}

TEST_CASE("fewer than 12 bytes are no message", "[wire][rfc1035]") {
  Bytes message(12, 0xff);
  for (std::size_t size = 0; size < kHeaderSize; ++size) {
    CHECK(error_of(Bytes(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size))) ==
          QueryError::Short);
  }
}

TEST_CASE("a response is known before anything else", "[wire][rfc1035]") {
  for (unsigned opcode = 0; opcode < 16; ++opcode) {
    const auto flags = static_cast<std::uint16_t>(flag::kResponse | opcode << 11);
    CHECK(error_of(Packet().header(flags).question("a.").bytes()) == QueryError::Response);
    CHECK(error_of(Packet().header(flags, {7, 7, 7, 7}).bytes()) == QueryError::Response);
  }
}

TEST_CASE("an opcode other than QUERY is told apart, with or without a body", "[wire][rfc8906]") {
  for (unsigned opcode = 1; opcode < 16; ++opcode) {
    const auto flags = static_cast<std::uint16_t>(kRd | opcode << 11);
    CHECK(error_of(Packet().header(flags, {0, 0, 0, 0}).bytes()) == QueryError::NotQuery);
    CHECK(error_of(Packet().header(flags).question("a.").bytes()) == QueryError::NotQuery);
    CHECK(error_of(Packet().header(flags, {9, 9, 9, 9}).bytes()) == QueryError::NotQuery);

    Query query;
    CHECK_FALSE(read_query(Packet().header(flags, {0, 0, 0, 0}).bytes(), query));
    CHECK(query.id == 0x1234);
    CHECK(query.flags == flags);
  }
}

TEST_CASE("a query has one question", "[wire][rfc9619]") {
  CHECK(error_of(Packet().header(kRd, {0, 0, 0, 0}).bytes()) == QueryError::FormErr);
  CHECK(error_of(Packet().header(kRd, {0, 0, 0, 1}).opt().bytes()) == QueryError::FormErr);
  CHECK(error_of(Packet().header(kRd, {2, 0, 0, 0}).question("a.").question("b.").bytes()) ==
        QueryError::FormErr);
  CHECK(error_of(Packet().header(kRd, {65535, 0, 0, 0}).question("a.").bytes()) ==
        QueryError::FormErr);
}

TEST_CASE("EDNS is known when only an RCODE can be answered", "[wire][rfc6891]") {
  struct OptRow {
    const char* what;
    Packet packet;
    bool present;
  };
  const std::uint16_t notify = 4 << 11;
  const std::vector<OptRow> rows{
      {"NOTIFY with OPT", Packet().header(notify, {1, 0, 0, 1}).question("a.").opt(), true},
      {"NOTIFY without OPT", Packet().header(notify).question("a."), false},
      {"no question, OPT", Packet().header(kRd, {0, 0, 0, 1}).opt(), true},
      {"NOTIFY, OPT and trailing bytes",
       Packet().header(notify, {1, 0, 0, 1}).question("a.").opt().u8(0), false},
      {"NOTIFY, malformed question", Packet().header(notify, {1, 0, 0, 1}).u8(0x40).opt(), false},
      {"two questions, of which one looks like OPT", Packet().header(kRd, {2, 0, 0, 1}).opt(),
       false},
      {"two questions", Packet().header(kRd, {2, 0, 0, 1}).question("a.").question("b.").opt(),
       false},
  };
  for (const OptRow& row : rows) {
    INFO(row.what);
    Query query;
    CHECK_FALSE(read_query(row.packet.bytes(), query));
    CHECK(query.edns.present == row.present);
    CHECK(query.question_end == 0);
  }
}

TEST_CASE("a question must be whole and its name uncompressed", "[wire][rfc1035]") {
  struct QuestionRow {
    const char* what;
    Packet question;
  };
  const Bytes label_63(63, 'a');
  const auto longest = [&](std::size_t last) {
    Packet packet;
    for (int i = 0; i < 3; ++i) packet.u8(63).raw(label_63);
    return packet.u8(static_cast<std::uint8_t>(last)).raw(Bytes(last, 'b')).u8(0).u16(1).u16(1);
  };
  const std::vector<QuestionRow> rows{
      {"nothing", Packet()},
      {"a name without an end", Packet().raw({3, 'w', 'w', 'w'})},
      {"a label past the end", Packet().raw({9, 'w', 'w', 'w', 0, 0, 1, 0, 1})},
      {"no type", Packet().name("www.")},
      {"half a type", Packet().name("www.").u8(0)},
      {"no class", Packet().name("www.").u16(1)},
      {"half a class", Packet().name("www.").u16(1).u8(0)},
      {"a pointer to itself", Packet().u16(0xc00c).u16(1).u16(1)},
      {"a pointer forward", Packet().u16(0xc010).u16(1).u16(1)},
      {"a pointer into the header", Packet().u16(0xc000).u16(1).u16(1)},
      {"a pointer past the end", Packet().u16(0xffff).u16(1).u16(1)},
      {"a label, then a pointer", Packet().raw({1, 'a'}).u16(0xc00c).u16(1).u16(1)},
      {"half a pointer", Packet().u8(0xc0)},
      {"label type 0x40", Packet().raw({0x41, 8, 0xff, 0}).u16(1).u16(1)},
      {"label type 0x80", Packet().raw({0x81, 8, 0xff, 0}).u16(1).u16(1)},
      {"a name of 256 bytes", longest(62)},
  };
  for (const QuestionRow& row : rows) {
    INFO(row.what);
    CHECK(error_of(Packet().header(kRd).raw(row.question.bytes()).bytes()) == QueryError::FormErr);
  }
  CHECK_FALSE(error_of(Packet().header(kRd).raw(longest(61).bytes()).bytes()));
}

TEST_CASE("odd but valid names are read", "[wire][rfc1035]") {
  std::string most_labels;
  for (int i = 0; i < 127; ++i) most_labels += "a.";
  const std::vector<std::string> rows{
      ".", "a.", R"(\000\.\255\192.)", most_labels, std::string(63, 'x') + ".", R"(\192\012.)"};
  for (const std::string& name : rows) {
    INFO(name);
    const Bytes message = query_for(name).bytes();
    Query query;
    REQUIRE(read_query(message, query));
    CHECK(query.name_length == test::name_of(name).length());
    CHECK(query.question_end == message.size());
  }
}

TEST_CASE("every type and class is read", "[wire][rfc8906]") {
  for (unsigned number = 0; number <= 0xffff; number += 5) {
    const auto value = static_cast<std::uint16_t>(number);
    Query query;
    REQUIRE(read_query(Packet().header(kRd).question("a.", value, value).bytes(), query));
    REQUIRE(query.type == value);
    REQUIRE(query.klass == value);
  }
}

TEST_CASE("records of a query are stepped over", "[wire][rfc1035]") {
  const Bytes long_rdata(1000, 0xc0);
  const std::vector<Row> rows{
      {"an answer", {1, 1, 0, 0}, Packet().name("x.").record(1, kAddress)},
      {"an authority, as IXFR has it", {1, 0, 1, 0}, Packet().u16(0xc00c).record(6, long_rdata)},
      {"a root owner", {1, 0, 0, 1}, Packet().u8(0).record(1, kAddress)},
      {"a pointer to itself", {1, 0, 0, 1}, Packet().u16(0xc021).record(1)},
      {"a pointer past the end", {1, 1, 0, 0}, Packet().u16(0xffff).record(1)},
      {"labels before a pointer", {1, 1, 0, 0}, Packet().raw({1, 'a'}).u16(0xc00c).record(1)},
      {"TSIG at the end", {1, 0, 0, 2}, Packet().opt().name("key.").record(250, long_rdata)},
      {"TSIG alone", {1, 0, 0, 1}, Packet().name("key.").record(250, long_rdata)},
      {"records before and after OPT",
       {1, 1, 1, 3},
       Packet()
           .u16(0xc00c)
           .record(1, kAddress)
           .u16(0xc00c)
           .record(2, kAddress)
           .name("x.")
           .record(16)
           .opt(kSubnetOption)
           .name("x.")
           .record(28)},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK_FALSE(error_of(row));
  }
}

TEST_CASE("what is wrong behind a good question leaves the question known", "[wire][rfc6891]") {
  const Bytes label_63(63, 'a');
  Packet long_name;
  for (int i = 0; i < 4; ++i) long_name.u8(63).raw(label_63);
  const std::vector<Row> rows{
      {"one trailing byte", {}, Packet().u8(0)},
      {"a record that no count promises", {}, Packet().u16(0xc00c).record(1, kAddress)},
      {"OPT that no count promises", {}, Packet().opt()},
      {"OPT and a trailing byte", {1, 0, 0, 1}, Packet().opt().u8(0)},
      {"a promised answer", {1, 1, 0, 0}, Packet()},
      {"a promised authority", {1, 0, 1, 0}, Packet()},
      {"a promised additional", {1, 0, 0, 1}, Packet()},
      {"65535 of each", {1, 65535, 65535, 65535}, Packet().opt()},
      {"two promised, one there", {1, 0, 0, 2}, Packet().opt()},
      {"an option behind OPT's RDATA", {1, 0, 0, 1}, Packet().opt().option(100)},
      {"a pointer before what looks like OPT", {1, 0, 0, 1}, Packet().u8(0xc0).opt_tail()},
      {"a label of 65 bytes", {1, 1, 0, 0}, Packet().u8(65).raw(Bytes(65, 'a')).u8(0).record(1)},
      {"OPT whose RDATA is cut", {1, 0, 0, 1}, Packet().u8(0).u16(41).u16(1232).u32(0).u16(1)},
      {"OPT cut in its fixed part", {1, 0, 0, 1}, Packet().u8(0).u16(41).u16(1232).u32(0).u8(0)},
      {"second OPT", {1, 0, 0, 2}, Packet().opt().opt()},
      {"OPT as an answer", {1, 1, 0, 0}, Packet().opt()},
      {"OPT as an authority", {1, 0, 1, 0}, Packet().opt()},
      {"OPT with an owner", {1, 0, 0, 1}, Packet().name("a.").opt_tail()},
      {"OPT owned by a pointer", {1, 0, 0, 1}, Packet().u16(0xc00c).opt_tail()},
      {"TSIG before the end", {1, 0, 0, 2}, Packet().name("key.").record(250).opt()},
      {"TSIG as an answer", {1, 1, 0, 0}, Packet().name("key.").record(250)},
      {"half a pointer", {1, 1, 0, 0}, Packet().u8(0xc0)},
      {"label type 0x40", {1, 1, 0, 0}, Packet().raw({0x41, 'a', 0}).record(1)},
      {"label type 0x80", {1, 1, 0, 0}, Packet().raw({0x81, 'a', 0}).record(1)},
      {"a name of 257 bytes", {1, 1, 0, 0}, Packet(long_name).u8(0).record(1)},
      {"a name past the end", {1, 1, 0, 0}, Packet().raw({5, 'a'})},
      {"a record cut in its fixed part", {1, 1, 0, 0}, Packet().u16(0xc00c).u32(0).u32(0).u8(0)},
      {"RDATA past the end", {1, 1, 0, 0}, Packet().u8(0).u16(1).u16(1).u32(0).u16(1)},
      {"RDATA of 65535 bytes", {1, 1, 0, 0}, Packet().u8(0).u16(1).u16(1).u32(0).u16(65535)},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Bytes message = query_for("www.example.com.", row.counts).raw(row.rest.bytes()).bytes();
    Query query;
    const auto read = read_query(message, query);
    REQUIRE_FALSE(read);
    CHECK(read.error() == QueryError::FormErrQuestion);
    CHECK(query.id == 0x1234);
    CHECK(query.type == type::kA);
    CHECK(query.question_end == 33);
  }
}

TEST_CASE("EDNS is known when its options are wrong", "[wire][rfc6891][rfc7871]") {
  const std::vector<Bytes> rows{kBadSubnetOption, {0},          {0, 3, 0},
                                {0, 3, 0, 1},     {0, 8, 0, 0}, {0, 3, 0, 0, 0, 10, 0xff, 0xff}};
  for (const Bytes& options : rows) {
    Query query;
    const auto read =
        read_query(query_for("www.example.com.", {1, 0, 0, 1}).opt(options).bytes(), query);
    REQUIRE_FALSE(read);
    CHECK(read.error() == QueryError::FormErrQuestion);
    CHECK(query.edns.present);
    CHECK_FALSE(query.edns.asks(Ask::ClientSubnet));
  }
}

TEST_CASE("EDNS is known when the message is wrong behind OPT", "[wire][rfc6891]") {
  const std::vector<Row> rows{
      {"a trailing byte", {1, 0, 0, 1}, Packet().opt().u8(0)},
      {"a second OPT", {1, 0, 0, 2}, Packet().opt().opt({}, kVersion1)},
      {"a missing record", {1, 0, 0, 2}, Packet().opt()},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Query query;
    const Bytes message = query_for("www.example.com.", row.counts).raw(row.rest.bytes()).bytes();
    REQUIRE_FALSE(read_query(message, query));
    CHECK(query.edns.present);
    CHECK(query.edns.version == 0);
  }
}

TEST_CASE("the options of a later EDNS version are not looked into", "[wire][rfc6891]") {
  for (const Bytes& options : {kBadSubnetOption, Bytes{0, 3, 0, 9}, kSubnetOption}) {
    Query query;
    REQUIRE(read_query(
        query_for("www.example.com.", {1, 0, 0, 1}).opt(options, kVersion1 | 0x8000).bytes(),
        query));
    CHECK(query.edns.present);
    CHECK(query.edns.version == 1);
    CHECK(query.edns.flags == kDnssecOk);
    CHECK_FALSE(query.edns.asks(Ask::ClientSubnet));
  }
}

TEST_CASE("every truncation of a query is an error", "[wire]") {
  const std::vector<Bytes> rows{
      query_for("www.example.com.").bytes(),
      query_for("www.example.com.", {1, 0, 0, 1}).opt().bytes(),
      query_for("www.example.com.", {1, 0, 0, 1}).opt(kSubnetOption).bytes(),
      query_for("a.", {1, 1, 1, 2})
          .u16(0xc00c)
          .record(1, kAddress)
          .name("x.y.")
          .record(6, kAddress)
          .opt(kSubnetOption)
          .name("key.")
          .record(250, kAddress)
          .bytes(),
  };
  for (const Bytes& whole : rows) {
    REQUIRE_FALSE(error_of(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(size << " of " << whole.size());
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      REQUIRE(error_of(cut));
    }
  }
}

TEST_CASE("a mutated query never makes a query with a bad question", "[wire]") {
  base::Random random(9774);
  const Bytes whole = query_for("www.example.com.", {1, 1, 0, 2})
                          .u16(0xc00c)
                          .record(1, kAddress)
                          .opt(kSubnetOption)
                          .name("key.")
                          .record(250, kAddress)
                          .bytes();
  for (int round = 0; round < 20000; ++round) {
    Bytes message = whole;
    for (std::uint32_t i = random.below(4) + 1; i > 0; --i) {
      const std::uint32_t at = random.below(static_cast<std::uint32_t>(message.size()));
      message[at] = static_cast<std::uint8_t>(random.next());
    }
    Query query;
    if (!read_query(message, query)) continue;
    const auto name = std::span(message).subspan(kHeaderSize, query.name_length);
    REQUIRE(Name::from_wire(name));
    REQUIRE(query.question_end == kHeaderSize + query.name_length + 4);
    REQUIRE(query.question_end <= message.size());
  }
}

TEST_CASE("thousands of names and pointers in a query are stepped over once", "[wire]") {
  Packet packet = query_for("a.", {1, 5000, 0, 0});
  for (int i = 0; i < 5000; ++i) packet.u16(0xc00c).record(1);
  CHECK_FALSE(error_of(packet.bytes()));
}

}  // namespace
}  // namespace loadstar::wire
