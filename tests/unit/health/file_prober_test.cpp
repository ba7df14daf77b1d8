#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include "loadstar/health/feed.hpp"

#include "catch.hpp"
#include "fixture.hpp"
#include "probe_bench.hpp"
#include "temporary_folder.hpp"

namespace loadstar::health {
namespace {

using std::chrono::minutes;

base::Address address(std::string_view text) { return *base::Address::parse(text); }

TEST_CASE("a feed is lines of address, state and how long that counts", "[health][file]") {
  const Feed feed = Feed::parse(
      "# from the monitoring\n"
      "192.0.2.1 up\n"
      "\t192.0.2.2\tdown  # for repair\r\n"
      "\n"
      "2001:db8::1 up 10m\n"
      "192.0.2.3 down\n192.0.2.3 up");
  CHECK(feed.size() == 4);
  CHECK(feed.first_bad_line() == 0);
  CHECK(feed.result_for(address("192.0.2.1"), minutes(99)).outcome == Outcome::Success);
  CHECK(feed.result_for(address("192.0.2.1"), {}).text == "the file says up");
  CHECK(feed.result_for(address("192.0.2.2"), {}).outcome == Outcome::ReportedDown);
  CHECK(feed.result_for(address("192.0.2.2"), {}).text == "the file says down");
  CHECK(feed.result_for(address("192.0.2.3"), {}).outcome == Outcome::Success);
  CHECK(feed.result_for(address("2001:db8::1"), minutes(10)).outcome == Outcome::Success);
  const Result old = feed.result_for(address("2001:db8::1"), minutes(11));
  CHECK(old.outcome == Outcome::NotProbed);
  CHECK(old.text == "the file's line is older than its 10m");
  const Result missing = feed.result_for(address("192.0.2.4"), {});
  CHECK(missing.outcome == Outcome::NotProbed);
  CHECK(missing.text == "the file has no line for the address");
}

TEST_CASE("a line that is none is told of, and the others count", "[health][file]") {
  for (const std::string_view bad :
       {"192.0.2.2", "192.0.2.2 maybe", "192.0.2.300 up", "192.0.2.2 up soon", "up 192.0.2.2",
        "192.0.2.2 up 1m more", "192.0.2.2:80 up", "192.0.2.2 UP"}) {
    INFO(bad);
    const Feed feed = Feed::parse("192.0.2.1 up\n" + std::string(bad) + "\n192.0.2.3 up\n");
    CHECK(feed.size() == 2);
    CHECK(feed.first_bad_line() == 2);
    CHECK(feed.result_for(address("192.0.2.2"), {}).text ==
          "the file has no line for the address; line 2 is not \"ADDRESS up|down [TTL]\"");
  }
}

/// A feed on disk and a probe of it.
struct FileBench {
  test::TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "feed";
  Bench bench;

  void write(std::string_view text) const { std::ofstream(path, std::ios::trunc) << text; }
  [[nodiscard]] Result probe() {
    model::Monitor monitor = tcp_monitor(0);
    monitor.type = model::MonitorType::File;
    monitor.feed = path;
    return bench.probe(monitor, {address("192.0.2.1"), 0}, kAmple);
  }
  /// A probe after the file's rest.
  [[nodiscard]] Result later() {
    Result result = probe();
    const auto deadline = base::Clock::now() + kAmple;
    const std::string first = result.text;
    while (result.text == first && base::Clock::now() < deadline) result = probe();
    return result;
  }
};

TEST_CASE("a file probe sees a change of the file", "[health][file]") {
  FileBench files;
  files.write("192.0.2.1 up\n");
  CHECK(files.probe().outcome == Outcome::Success);
  files.write("192.0.2.1 down\n");
  CHECK(files.later().outcome == Outcome::ReportedDown);
  std::filesystem::remove(files.path);
  const Result gone = files.later();
  CHECK(gone.outcome == Outcome::NotProbed);
  CHECK(gone.text.ends_with("cannot be read on this machine, or is over 1048576 bytes"));
}

TEST_CASE("a file's time says how old its lines are", "[health][file]") {
  FileBench files;
  files.write("192.0.2.1 up 1m\n");
  std::filesystem::last_write_time(files.path,
                                   std::filesystem::file_time_type::clock::now() - minutes(2));
  CHECK(files.probe().text == "the file's line is older than its 1m");
}

TEST_CASE("what is no file, or too large a one, is not read", "[health][file]") {
  FileBench files;
  REQUIRE(::mkfifo(files.path.c_str(), 0600) == 0);  // opening it could wait for ever
  CHECK(files.probe().outcome == Outcome::NotProbed);
  FileBench large;
  large.write(std::string(kMaxFeed + 1, '\n'));
  CHECK(large.probe().outcome == Outcome::NotProbed);
}

}  // namespace
}  // namespace loadstar::health
