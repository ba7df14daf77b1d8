#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>

#include "catch.hpp"
#include "fixture.hpp"
#include "probe_bench.hpp"
#include "temporary_folder.hpp"

namespace loadstar::health {
namespace {

model::Monitor shell(std::string script, std::uint16_t port = 0) {
  model::Monitor monitor = tcp_monitor(port);
  monitor.type = model::MonitorType::Exec;
  monitor.command = {"/bin/sh", "-c", std::move(script)};
  return monitor;
}

base::Endpoint target(std::uint16_t port = 0) { return {*base::Address::parse("192.0.2.1"), port}; }

struct Row {
  const char* script;
  Outcome outcome;
  const char* text;
};

TEST_CASE("a program's end is the result", "[health][exec]") {
  const std::vector<Row> rows{
      {"exit 0", Outcome::Success, "exit status 0"},
      {"echo all is well; echo more", Outcome::Success, "exit status 0: all is well"},
      {"echo gone; exit 3", Outcome::WrongStatus, "exit status 3: gone"},
      {"printf 'a\\033[1mb\\200'; exit 1", Outcome::WrongStatus, "exit status 1: a?[1mb?"},
      {"kill -9 $$", Outcome::WrongStatus, "killed by signal 9"},
      {"echo for nobody >&2", Outcome::Success, "exit status 0"},
      {"read line && echo $line", Outcome::WrongStatus, "exit status 1"},
      {"pwd", Outcome::Success, "exit status 0: /"},
      {"head -c 1000000 /dev/zero; echo", Outcome::Success, nullptr},
  };
  Bench bench;
  for (const auto& [script, outcome, text] : rows) {
    INFO(script);
    const Result result = bench.probe(shell(script), target(), kAmple);
    CHECK(result.outcome == outcome);
    if (text != nullptr) CHECK(result.text == text);
    CHECK(result.text.size() < 300);
  }
}

TEST_CASE("a program gets the target and nothing else of ours", "[health][exec]") {
  Bench bench;
  ::setenv("LOADSTAR_SECRET", "x", 1);
  const std::string script = "echo $LOADSTAR_ADDRESS $LOADSTAR_PORT $LOADSTAR_SECRET $HOME";
  CHECK(bench.probe(shell(script, 25), target(25), kAmple).text == "exit status 0: 192.0.2.1 25");
  CHECK(bench.probe(shell(script), target(), kAmple).text == "exit status 0: 192.0.2.1");
  ::unsetenv("LOADSTAR_SECRET");
  const int leak = ::dup(0);  // without O_CLOEXEC
  const Result result = bench.probe(shell("echo /proc/self/fd/*"), target(), kAmple);
  ::close(leak);
  // The shell's own descriptor of the folder is the fourth.
  CHECK(result.text.starts_with("exit status 0: /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2"));
  CHECK(result.text.find("/proc/self/fd/4") == std::string::npos);
}

bool runs(const std::string& pid) {
  std::ifstream stat("/proc/" + pid + "/stat");
  std::string line;
  std::getline(stat, line);
  return !line.empty() && line.find(") Z ") == std::string::npos;
}

TEST_CASE("a program that takes too long is killed with all that it has started",
          "[health][exec]") {
  Bench bench;
  const test::TemporaryFolder folder;
  const auto pids = folder.path() / "pids";
  const std::string script = "sleep 100 & echo $! $$ > " + pids.string() + "; wait";
  // Long enough for the shell to write them.
  const Result result = bench.probe(shell(script), target(), milliseconds(2000));
  CHECK(result.outcome == Outcome::Timeout);
  CHECK(result.text == "killed after 2s");
  bench.io.run();  // until the program has been reaped
  std::ifstream in(pids);
  std::string pid;
  while (in >> pid) {
    INFO(pid);
    const auto deadline = base::Clock::now() + kAmple;
    while (runs(pid) && base::Clock::now() < deadline) continue;
    CHECK_FALSE(runs(pid));
  }
}

TEST_CASE("what a program leaves behind does not hold its probe up", "[health][exec]") {
  Bench bench;
  const test::TemporaryFolder folder;
  const auto pids = folder.path() / "pids";
  // The first stays in the group, the second has a session of its own and keeps the pipe.
  const std::string script = "sleep 100 & setsid sh -c 'echo $$ > " + pids.string() +
                             "; exec sleep 100' & while [ ! -s " + pids.string() +
                             " ]; do :; done; echo done";
  const Result result = bench.probe(shell(script), target(), kAmple);
  CHECK(result.text == "exit status 0: done");
  CHECK(result.latency < kAmple / 2);
  pid_t left = 0;
  std::ifstream(pids) >> left;
  REQUIRE(left > 1);
  ::kill(left, SIGKILL);
}

TEST_CASE("a program that is not there says nothing of the target", "[health][exec]") {
  Bench bench;
  model::Monitor monitor = shell("");
  monitor.command = {"/nonexistent/check"};
  const Result result = bench.probe(monitor, target(), kAmple);
  CHECK(result.outcome == Outcome::NotProbed);
  CHECK(result.text ==
        "\"/nonexistent/check\" cannot be started on this machine: No such file or directory");
}

TEST_CASE("so many programs run at once, and the others wait", "[health][exec]") {
  Bench bench;
  model::Monitor monitor = shell("exec sleep 0.2");
  monitor.timeout = kAmple;
  std::size_t ended = 0;
  const std::size_t probes = kMaxPrograms + 8;
  const auto started = base::Clock::now();
  for (std::size_t i = 0; i < probes; ++i) {
    bench.probers.at(monitor.type)->probe(target_of(monitor), [&](const Result& result) {
      CHECK(result.outcome == Outcome::Success);
      ++ended;
    });
  }
  bench.io.run();
  CHECK(ended == probes);
  CHECK(base::Clock::now() - started > milliseconds(390));
}

TEST_CASE("who waits too long for a place was not probed", "[health][exec]") {
  Bench bench;
  model::Monitor slow = shell("exec sleep 100");
  slow.timeout = milliseconds(400);
  std::vector<Outcome> outcomes;
  const auto note = [&](const Result& result) { outcomes.push_back(result.outcome); };
  for (std::size_t i = 0; i < kMaxPrograms; ++i)
    bench.probers.at(slow.type)->probe(target_of(slow), note);
  slow.timeout = milliseconds(100);
  std::string text;
  bench.probers.at(slow.type)->probe(target_of(slow), [&](const Result& result) {
    note(result);
    text = result.text;
  });
  bench.io.run();
  REQUIRE(outcomes.size() == kMaxPrograms + 1);
  CHECK(outcomes.front() == Outcome::NotProbed);
  CHECK(text == "100ms were over while 32 other programs ran");
  CHECK(outcomes.back() == Outcome::Timeout);
}

}  // namespace
}  // namespace loadstar::health
