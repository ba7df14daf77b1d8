#include "loadstar/wire/writer.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "loadstar/base/random.hpp"

#include "catch.hpp"
#include "packet.hpp"

namespace loadstar::wire {
namespace {

using test::Bytes;
using test::name_of;
using test::Packet;

Bytes written(std::span<const std::uint8_t> buffer, const Writer& writer) {
  return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(writer.size())};
}

/// The name at `offset`, pointers followed as a resolver does: only backwards.
Name name_at(const Bytes& message, std::size_t offset) {
  Bytes wire;
  while (message.at(offset) != 0) {
    const std::uint8_t label = message.at(offset);
    if (label >= 0xc0) {
      const std::size_t target = read_u16(&message.at(offset)) & 0x3fffU;
      REQUIRE(target < offset);
      offset = target;
      continue;
    }
    for (std::size_t i = 0; i <= label; ++i) wire.push_back(message.at(offset + i));
    offset += label + 1U;
  }
  wire.push_back(0);
  return Name::from_wire(wire).value();
}

TEST_CASE("numbers and bytes are written in network order", "[wire][writer]") {
  std::array<std::uint8_t, 16> buffer{0xee, 0xee};
  Writer writer(buffer, 2);
  writer.u8(1);
  writer.u16(0x0203);
  writer.u32(0x04050607);
  writer.bytes(Bytes{8, 9});
  writer.bytes({});
  writer.patch_u16(3, 0xa2a3);
  CHECK(writer.ok());
  CHECK(written(buffer, writer) == Bytes{0xee, 0xee, 1, 0xa2, 0xa3, 4, 5, 6, 7, 8, 9});
  CHECK(writer.room() == 5);
}

TEST_CASE("the first thing that does not fit makes the writer fail for good", "[wire][writer]") {
  std::array<std::uint8_t, 4> buffer{};
  Writer writer(buffer, 0);
  writer.u16(1);
  CHECK(writer.ok());
  writer.u32(2);
  CHECK_FALSE(writer.ok());
  writer.u8(3);  // this would fit
  CHECK_FALSE(writer.ok());
  CHECK(writer.size() == 2);
  CHECK(buffer == std::array<std::uint8_t, 4>{0, 1, 0, 0});
}

TEST_CASE("nothing can be patched that is not written", "[wire][writer]") {
  std::array<std::uint8_t, 4> buffer{};
  Writer writer(buffer, 0);
  writer.u16(0);
  writer.patch_u16(1, 0xffff);
  writer.patch_u16(2, 0xffff);
  CHECK(buffer == std::array<std::uint8_t, 4>{});
}

TEST_CASE("a start behind the buffer is a failure", "[wire][writer]") {
  std::array<std::uint8_t, 4> buffer{};
  Writer writer(buffer, 5);
  CHECK_FALSE(writer.ok());
  writer.u8(1);
  CHECK(writer.size() <= buffer.size());
}

TEST_CASE("a name points to the longest end that was written before", "[wire][writer][rfc1035]") {
  std::array<std::uint8_t, 256> buffer{};
  Writer writer(buffer, 12);
  for (const char* name : {"www.example.com.", "example.com.", "mail.example.com.", ".",
                           "www.example.com.", "a.mail.example.com.", "org.", "www.org."}) {
    writer.name(name_of(name).bytes());
  }
  CHECK(written(buffer, writer) == Packet()
                                       .raw(Bytes(12))
                                       .name("www.example.com.")      // at 12
                                       .u16(0xc010)                   // example.com
                                       .raw({4, 'm', 'a', 'i', 'l'})  // at 31
                                       .u16(0xc010)
                                       .u8(0)
                                       .u16(0xc00c)
                                       .raw({1, 'a'})
                                       .u16(0xc01f)
                                       .name("org.")  // at 45
                                       .raw({3, 'w', 'w', 'w'})
                                       .u16(0xc02d)
                                       .bytes());
}

TEST_CASE("names match without regard to case and labels keep theirs", "[wire][writer][rfc4343]") {
  std::array<std::uint8_t, 64> buffer{};
  Writer writer(buffer, 0);
  writer.name(name_of("Example.COM.").bytes());
  writer.name(name_of("WwW.eXAMPLE.com.").bytes());
  CHECK(written(buffer, writer) ==
        Packet().name("Example.COM.").raw({3, 'W', 'w', 'W'}).u16(0xc000).bytes());
}

TEST_CASE("bytes outside A to Z never fold together", "[wire][writer][rfc4343]") {
  std::array<std::uint8_t, 64> buffer{};
  Writer writer(buffer, 0);
  writer.name(name_of(R"(\[.)").bytes());
  writer.name(name_of(R"({.)").bytes());
  writer.name(name_of(R"(\193.)").bytes());
  writer.name(name_of(R"(\225.)").bytes());
  CHECK(writer.size() == 12);
}

TEST_CASE("equal labels under different parents are different names", "[wire][writer]") {
  std::array<std::uint8_t, 64> buffer{};
  Writer writer(buffer, 0);
  writer.name(name_of("www.a.").bytes());
  writer.name(name_of("www.b.").bytes());
  writer.name(name_of("www.b.a.").bytes());
  CHECK(written(buffer, writer) ==
        Packet().name("www.a.").name("www.b.").raw({3, 'w', 'w', 'w', 1, 'b'}).u16(0xc004).bytes());
}

TEST_CASE("the question's name is a target once it is remembered", "[wire][writer]") {
  std::array<std::uint8_t, 64> buffer{};
  const Bytes query = Packet().header(0).question("www.example.com.").bytes();
  std::ranges::copy(query, buffer.begin());
  Writer writer(buffer, query.size());
  writer.remember(12);
  writer.name(name_of("www.EXAMPLE.com.").bytes());
  writer.name(name_of("example.com.").bytes());
  CHECK(written(buffer, writer) == Packet().raw(query).u16(0xc00c).u16(0xc010).bytes());
}

TEST_CASE("a question of the most labels is a target as a whole", "[wire][writer][rfc1035]") {
  std::string text;
  for (int i = 0; i < 127; ++i) text += "a.";
  const Bytes query = Packet().header(0).question(text).bytes();
  Bytes buffer = query;
  buffer.resize(query.size() + 2);
  Writer writer(buffer, query.size());
  writer.remember(12);
  writer.name(name_of(text).bytes());
  CHECK(writer.ok());
  CHECK(read_u16(&buffer[query.size()]) == 0xc00c);
}

TEST_CASE("only a whole name can be remembered", "[wire][writer]") {
  std::array<std::uint8_t, 32> buffer{3, 'w', 'w', 'w', 0};
  for (const std::size_t start : {std::size_t{0}, std::size_t{4}}) {
    Writer writer(buffer, start);
    writer.remember(0);
    writer.remember(4);
    writer.remember(1000);
    writer.name(name_of("www.").bytes());
    CHECK(writer.size() == start + 5);
  }
}

TEST_CASE("a name written whole is neither shortened nor pointed to", "[wire][writer][rfc3597]") {
  std::array<std::uint8_t, 64> buffer{};
  Writer writer(buffer, 0);
  writer.name_uncompressed(name_of("a.example.").bytes());
  writer.name(name_of("a.example.").bytes());
  writer.name_uncompressed(name_of("a.example.").bytes());
  CHECK(writer.size() == 33);
}

TEST_CASE("going back to a mark forgets bytes, names and the failure", "[wire][writer]") {
  std::array<std::uint8_t, 24> buffer{};
  Writer writer(buffer, 0);
  writer.name(name_of("example.").bytes());
  const auto mark = writer.mark();
  writer.name(name_of("www.example.").bytes());
  writer.bytes(Bytes(100));
  CHECK_FALSE(writer.ok());

  writer.rewind(mark);
  CHECK(writer.ok());
  CHECK(writer.size() == 9);
  writer.name(name_of("www.example.").bytes());
  CHECK(written(buffer, writer) ==
        Packet().name("example.").raw({3, 'w', 'w', 'w'}).u16(0xc000).bytes());
}

TEST_CASE("a mark of a failed writer brings the failure back", "[wire][writer]") {
  std::array<std::uint8_t, 1> buffer{};
  Writer writer(buffer, 0);
  const auto good = writer.mark();
  writer.u16(0);
  const auto failed = writer.mark();
  writer.rewind(good);
  writer.rewind(failed);
  CHECK_FALSE(writer.ok());
}

TEST_CASE("a name that does not fit is not remembered", "[wire][writer]") {
  std::array<std::uint8_t, 8> buffer{};
  Writer writer(buffer, 0);
  writer.name(name_of("longname.").bytes());
  CHECK_FALSE(writer.ok());
  CHECK(writer.mark().remembered == 0);
}

TEST_CASE("a full table goes on pointing to what it holds", "[wire][writer]") {
  std::vector<std::uint8_t> buffer(4096);
  Writer writer(buffer, 0);
  for (int i = 0; i < 200; ++i) writer.name(name_of("n" + std::to_string(i) + ".zone.").bytes());
  CHECK(writer.ok());
  CHECK(writer.mark().remembered == CompressionTable::kMost);
  const std::size_t before = writer.size();
  writer.name(name_of("n1.zone.").bytes());
  CHECK(writer.size() == before + 2);
}

TEST_CASE("nothing points past the reach of a pointer", "[wire][writer][rfc1035]") {
  std::vector<std::uint8_t> buffer(20000);
  Writer writer(buffer, 0x3ffe);
  writer.name(name_of("www.example.").bytes());  // www at 0x3ffe is in reach, example is not
  writer.name(name_of("www.example.").bytes());
  CHECK(writer.size() == 0x3ffe + 26);

  Writer near_writer(buffer, 0x4000 - 4);
  near_writer.name(name_of("example.").bytes());
  near_writer.name(name_of("example.").bytes());
  CHECK(near_writer.size() == 0x4000 - 4 + 9 + 2);
}

TEST_CASE("whatever is written reads back", "[wire][writer]") {
  base::Random random(64);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint8_t> buffer(50 + random.below(2000));
    Writer writer(buffer, random.below(20));
    std::vector<std::pair<std::size_t, Name>> names;
    for (int i = 0; i < 100; ++i) {
      Name name;
      for (std::uint32_t labels = random.below(6); labels > 0; --labels) {
        const std::array<const char*, 5> some{"a", "B", "bb", "Zone", "\xff\x01."};
        name = name.child(some[random.below(5)]).value();
      }
      const auto mark = writer.mark();
      writer.name(name.bytes());
      if (!writer.ok() || random.below(8) == 0)
        writer.rewind(mark);
      else
        names.emplace_back(mark.size, name);
    }
    REQUIRE(writer.ok());
    const Bytes message = written(buffer, writer);
    for (const auto& [offset, name] : names) {
      REQUIRE(name_at(message, offset).lowered() == name.lowered());
    }
  }
}

}  // namespace
}  // namespace loadstar::wire
