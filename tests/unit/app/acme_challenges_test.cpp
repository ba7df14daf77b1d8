#include "loadstar/app/acme_challenges.hpp"

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "answer_world.hpp"
#include "catch.hpp"
#include "temporary_folder.hpp"

using namespace loadstar;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr const char* kZone = R"({ "zone": "example.com", "records": {
  "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" } } })";

/// A state directory that is gone with the test.
class Folder : public test::TemporaryFolder {
 public:
  void write(const std::string& text) const { TemporaryFolder::write("acme.txt", text); }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    out << std::ifstream(path() / "acme.txt").rdbuf();
    return out.str();
  }
};

/// Challenges that count what they publish.
struct World {
  explicit World(const fs::path& state = "")
      : challenges(io, state, [this](auto set) {
          ++published;
          newest = std::move(set);
        }) {}

  [[nodiscard]] bool add(const std::string& name, const std::string& token,
                         const std::string& ttl = "") {
    return challenges
        .add({.name = name, .token = token, .ttl = ttl, .expires = ""}, *answers.snapshot)
        .has_value();
  }
  [[nodiscard]] bool remove(const std::string& name) {
    return challenges.remove({.name = name, .token = "", .ttl = "", .expires = ""}).has_value();
  }

  test::AnswerWorld answers{{{"example.json", kZone}}};
  int published = 0;
  std::shared_ptr<const answer::Challenges> newest;
  boost::asio::io_context io;
  app::AcmeChallenges challenges;
};

/// As the state directory has it.
std::string line(const char* token, std::int64_t expires) {
  return "_acme-challenge.example.com. " + std::string(token) + " 10 " + std::to_string(expires) +
         "\n";
}

std::int64_t in_an_hour() {
  const auto time = std::chrono::system_clock::now() + std::chrono::hours(1);
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

const std::string kExpired = line("old", 1'000'000'000);

}  // namespace

TEST_CASE("what the state directory has is published once", "[app][acme]") {
  const Folder folder;
  const std::string kept = line("kept", in_an_hour());
  folder.write(kExpired + kept);
  const World world(folder.path());
  CHECK(world.published == 1);
  CHECK(world.newest != nullptr);
  CHECK(folder.text() == kept);
}

TEST_CASE("nothing in the state directory lives for longer than a new one can", "[app][acme]") {
  const Folder folder;
  const std::int64_t latest =
      in_an_hour() + (app::AcmeChallenges::kLongestLife - std::chrono::hours(1)) / 1s;
  for (const std::int64_t expires : {latest + 1000, std::numeric_limits<std::int64_t>::max()}) {
    folder.write(line("kept", expires));
    const World world(folder.path());
    std::istringstream words(folder.text());
    std::string skipped;
    std::int64_t kept = 0;
    words >> skipped >> skipped >> skipped >> kept;
    CHECK(kept >= latest);
    CHECK(kept <= latest + 60);
  }
}

TEST_CASE("what has expired meanwhile is gone from the state directory", "[app][acme]") {
  const Folder folder;
  folder.write(kExpired);
  const World world(folder.path());
  CHECK(world.published == 1);
  CHECK(world.newest == nullptr);
  CHECK(folder.text().empty());
}

TEST_CASE("an empty state directory publishes nothing", "[app][acme]") {
  const Folder folder;
  CHECK(World(folder.path()).published == 0);
}

TEST_CASE("a name takes 50 tokens, and again those that it has", "[app][acme]") {
  World world;
  for (std::size_t i = 0; i < app::AcmeChallenges::kMostAtOneName; ++i) {
    REQUIRE(world.add("www.example.com", "token" + std::to_string(i)));
  }
  CHECK_FALSE(world.add("www.example.com", "one-more"));
  CHECK(world.add("www.example.com", "token0", "60"));
  CHECK(world.add("example.com", "one-more"));
  CHECK(world.remove("www.example.com"));
  CHECK(world.add("www.example.com", "one-more"));
}

TEST_CASE("a node takes 1000 challenges, and again those that it has", "[app][acme]") {
  World world;
  for (std::size_t i = 0; i < app::AcmeChallenges::kMost; ++i) {
    REQUIRE(world.add("h" + std::to_string(i) + ".example.com", "token"));
  }
  CHECK_FALSE(world.add("example.com", "token"));
  CHECK(world.add("h0.example.com", "token", "60"));
  CHECK_FALSE(world.add("h0.example.com", "another"));
}
