// Under a server that runs, no bad zone file changes an answer: neither its own zone's nor
// another's.
#include "bad_zones.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include "loadstar/app/edition.hpp"
#include "loadstar/app/publisher.hpp"

#include "answer_world.hpp"
#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace loadstar;
namespace fs = std::filesystem;

namespace {

constexpr const char* kGood = R"({ "zone": "example.com", "records": {
  "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "www": { "A": "192.0.2.1" } } })";
constexpr const char* kOther = R"({ "zone": "example.net", "records": {
  "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.54" }, "www": { "A": "192.0.2.2" } } })";

/// A zones directory that is gone with the test.
class Folder : public test::TemporaryFolder {
 public:
  [[nodiscard]] app::Sources sources() const { return {.zones = {path()}, .geoip = {}}; }
};

std::string answer_of(const app::Edition& edition, const char* name) {
  answer::StateBoard states;
  const health::Consensus health;
  app::Publisher(states, health).publish(edition.snapshot);
  answer::Responder responder(states, {}, 1);
  responder.refresh({});
  test::Question question;
  question.name = name;
  test::Bytes buffer = test::make_query(question);
  const std::size_t size = buffer.size();
  buffer.resize(answer::kUdpBuffer);
  buffer.resize(responder.respond({buffer, size, {}, answer::Transport::Udp}).size);
  const test::Answer answer = test::read_answer(buffer);
  return answer.answer.empty() ? answer.rcode : answer.answer[0];
}

}  // namespace

TEST_CASE("no bad zone file changes an answer of a running server", "[app]") {
  auto all = test::bad_zones();
  const auto records = test::bad_zones("records");
  all.insert(all.end(), records.begin(), records.end());
  REQUIRE(all.size() > 60);
  const Folder folder;
  folder.write("other.json", kOther);
  folder.write("example.json", kGood);
  const auto before = app::read_edition(folder.sources(), nullptr);
  REQUIRE(answer_of(*before, "www.example.com.") == "www.example.com. 60 IN A 192.0.2.1");
  for (const test::BadZone& bad : all) {
    CAPTURE(bad.file.filename().string());
    folder.write("example.json", test::read_text(bad.file));
    const auto after = app::read_edition(folder.sources(), before.get());
    CHECK(after->diagnostics.has_errors());
    REQUIRE(after->snapshot != nullptr);
    // A file that says it is another zone's is an unreadable one of that name; ours is then gone,
    // as it would be on purpose.
    const bool same_zone = after->zones.contains("example.com.");
    if (same_zone)
      CHECK(answer_of(*after, "www.example.com.") == "www.example.com. 60 IN A 192.0.2.1");
    CHECK(answer_of(*after, "www.example.net.") == "www.example.net. 60 IN A 192.0.2.2");
  }
}
