// Files that are damaged or made to hurt: each is a clear error that names it (protocol notes,
// class "MMDB parser bugs").
#include <sys/stat.h>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/random.hpp"
#include "loadstar/geo/database.hpp"

#include "catch.hpp"
#include "mmdb_bytes.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace mmdb_bytes;
using loadstar::base::ConfigError;
using loadstar::base::Diagnostic;
using loadstar::geo::Databases;
using loadstar::test::TemporaryFolder;

std::vector<Diagnostic> errors_of(const std::vector<std::filesystem::path>& paths) {
  try {
    static_cast<void>(Databases::open(paths));
  } catch (const ConfigError& error) {
    return error.diagnostics();
  }
  return {};
}

/// The one error that a file of these bytes causes.
std::string error_of(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder.write("broken.mmdb", bytes);
  const auto errors = errors_of({path});
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].file == path.string());
  return errors[0].message;
}

std::string nested_arrays(std::size_t depth) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) out += header(11, 1);
  return out + text("");
}

/// An array in which each element holds the one before twice, by pointers: 2^levels values in a few
/// hundred bytes. It stands at `offset` of its section.
std::string doubling_arrays(unsigned levels, std::uint32_t offset) {
  std::string out = header(11, levels + 1);
  std::size_t before = out.size();
  out += array({});
  for (unsigned i = 0; i < levels; ++i) {
    const std::string again = pointer(static_cast<std::uint32_t>(offset + before));
    before = out.size();
    out += array({again, again});
  }
  return out;
}

File with_record(const std::string& record) {
  File file("X-City");
  file.data = record;
  file.nodes = {{data(0), Record{}}};
  return file;
}

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("files that are no databases are named with what is wrong", "[geo]") {
  CHECK_THAT(error_of(""), Contains("not a MaxMind database"));
  CHECK_THAT(error_of("hello"), Contains("not a MaxMind database"));
  CHECK_THAT(error_of("\xab\xcd\xefMaxMind.com"), Contains("broken metadata"));
  const TemporaryFolder folder;
  CHECK_THAT(errors_of({folder.path() / "missing.mmdb"}).at(0).message,
             Contains("cannot be opened: No such file"));
  CHECK_THAT(errors_of({folder.path()}).at(0).message, Contains("without .mmdb files"));
  CHECK_THAT(errors_of({"/dev/null"}).at(0).message, Contains("is not a file"));
}

TEST_CASE("all broken files are reported at once", "[geo]") {
  const TemporaryFolder folder;
  folder.write("a.mmdb", "");
  folder.write("b.mmdb", with_record(nested_arrays(2)).bytes());
  folder.write("c.mmdb", "hello");
  const auto errors = errors_of({folder.path(), folder.path() / "missing.mmdb"});
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].file == (folder.path() / "a.mmdb").string());
  CHECK(errors[1].file == (folder.path() / "c.mmdb").string());
  CHECK(errors[2].file == (folder.path() / "missing.mmdb").string());
}

TEST_CASE("a database that is cut off anywhere is refused", "[geo]") {
  const std::string whole =
      with_record(map({{"country", map({{"iso_code", text("DE")}})}})).bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO("first " << length << " of " << whole.size() << " bytes");
    CHECK_FALSE(error_of(whole.substr(0, length)).empty());
  }
}

TEST_CASE("random bytes never do more than be refused", "[geo]") {
  loadstar::base::Random random(36);
  const std::string whole =
      with_record(map({{"country", map({{"iso_code", text("DE")}})}})).bytes();
  const TemporaryFolder folder;
  for (int round = 0; round < 500; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 3; ++i) {
      bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] =
          static_cast<char>(random.below(256));
    }
    errors_of({folder.write("a.mmdb", bytes)});
  }
}

TEST_CASE("metadata that contradicts itself or the file is refused", "[geo]") {
  struct Row {
    std::string key;
    std::string value;
    std::string why;
  };
  const auto row = GENERATE(values<Row>({
      {"binary_format_major_version", uint16(3), "version 2"},
      {"binary_format_major_version", text("2"), "\"binary_format_major_version\""},
      {"build_epoch", uint64(0), "build_epoch"},
      {"database_type", uint16(1), "\"database_type\""},
      {"description", map({{"en", uint16(1)}}), "\"description\""},
      {"ip_version", uint16(5), "ip_version 5"},
      {"languages", array({uint16(1)}), "\"languages\""},
      {"languages", nested_arrays(60'000), "broken metadata"},
      {"languages", header(11, 60'000), "broken metadata"},
      {"record_size", uint16(20), "20 bits"},
  }));
  INFO(row.key);
  File file("X-City");
  file.set(row.key, row.value);
  CHECK_THAT(error_of(file.bytes()), Contains(row.why));
}

TEST_CASE("metadata that is deep is refused even where nobody asks", "[geo]") {
  File file("X-City");
  file.metadata.emplace_back("a", nested_arrays(100));
  CHECK_THAT(error_of(file.bytes()), Contains("broken metadata"));
}

TEST_CASE("metadata that multiplies by pointers is refused", "[geo]") {
  File file("X-City");
  constexpr std::uint32_t kOffset = 3;  // behind the map's first byte and the key
  file.metadata.insert(file.metadata.begin(), {"a", doubling_arrays(60, kOffset)});
  CHECK_THAT(error_of(file.bytes()), Contains("broken metadata"));
}

TEST_CASE("a count of nodes beyond the file is refused, even one that overflows 32 bits", "[geo]") {
  const auto count = GENERATE(0U, 5U, 0x2000'0000U, 0xffff'ffffU);
  File file("X-City");
  file.metadata.emplace_back("node_count", uint32(count));
  CHECK_THAT(error_of(file.bytes()), Contains("nodes of its search tree"));
}

TEST_CASE("a search tree that loops, doubles or points outside is refused", "[geo]") {
  File file("X-City");
  SECTION("into itself") {
    file.nodes = {{node(0), node(0)}};
    CHECK_THAT(error_of(file.bytes()), Contains("circles") || Contains("deeper"));
  }
  SECTION("along one side only") {
    file.nodes = std::vector<std::array<Record, 2>>(100);
    for (std::uint32_t i = 0; i < 100; ++i) file.nodes[i] = {node((i + 1) % 100), Record{}};
    CHECK_THAT(error_of(file.bytes()), Contains("deeper than an address"));
  }
  SECTION("with halves that share all below") {
    file.nodes = std::vector<std::array<Record, 2>>(31);
    for (std::uint32_t i = 0; i < 30; ++i) file.nodes[i] = {node(i + 1), node(i + 1)};
    CHECK_THAT(error_of(file.bytes()), Contains("circles"));
  }
  SECTION("to the separator") {
    file.nodes = {{raw(5), Record{}}};
    CHECK_THAT(error_of(file.bytes()), Contains("outside of the data"));
  }
  SECTION("beyond the data") {
    file.nodes = {{data(1'000'000), Record{}}};
    CHECK_THAT(error_of(file.bytes()), Contains("outside of the data"));
  }
  SECTION("in IPv6") {
    file = File("X-City", 6);
    file.nodes = {{node(0), node(0)}};
    CHECK_THAT(error_of(file.bytes()), Contains("circles") || Contains("deeper"));
  }
}

TEST_CASE("a record that would not end is refused", "[geo]") {
  struct Row {
    std::string name;
    std::string record;
  };
  const auto row = GENERATE(values<Row>({
      {"deep nesting before what is asked for",
       map({{"a", nested_arrays(500'000)}, {"country", text("DE")}})},
      {"a pointer to itself", pointer(0)},
      {"a pointer to a pointer", map({{"country", pointer(16)}, {"x", pointer(16)}})},
      {"a pointer beyond the data", map({{"country", pointer(4'000'000)}})},
      {"a string beyond the data", header(7, 1) + text("country") + header(2, 60'000)},
      {"a map of millions", std::string("\xff\xff\xff\xff", 4)},
      {"a type that does not exist", std::string("\x00\x40", 2)},
  }));
  INFO(row.name);
  CHECK_THAT(error_of(with_record(row.record).bytes()), Contains("broken record at byte 0"));
}

TEST_CASE("pointers that double are not followed where nobody asks", "[geo]") {
  constexpr std::uint32_t kOffset = 3;
  const File file = with_record(
      map({{"a", doubling_arrays(60, kOffset)}, {"country", map({{"iso_code", text("DE")}})}}));
  const TemporaryFolder folder;
  const auto databases = Databases::open({folder.write("a.mmdb", file.bytes())});
  CHECK(databases->look_up(loadstar::base::Address::v4(1)).country == "DE");
}

TEST_CASE("a named pipe is refused without waiting for a writer", "[geo]") {
  const TemporaryFolder folder;
  const auto pipe = folder.path() / "pipe.mmdb";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THAT(errors_of({pipe}).at(0).message, Contains("is not a file"));
}
