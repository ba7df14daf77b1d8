// Answers one question so many times, for a profiler or to count instructions: answer_bench
// WORKLOAD COUNT
//
// Instructions for an answer, the process's start left out: run it under callgrind with two counts
// and divide the difference.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <string>
#include <vector>

#include "loadstar/wire/edns.hpp"

#include "answer_world.hpp"
#include "paths.hpp"

using namespace loadstar;

namespace {

constexpr const char* kResolver = "203.0.113.1";

constexpr const char* kZone = R"({ "zone": "example.com",
  "regions": { "fra": { "lat": 50, "lon": 8 }, "icn": { "lat": 37, "lon": 126 } },
  "pools": { "fra": { "region": "fra", "endpoints": [ { "a": "192.0.2.1" } ] }, "icn": { "region": "icn", "endpoints": [ { "a": "192.0.2.2" } ] },
             "weighted": { "balance": "weighted", "endpoints": [ { "a": "192.0.2.3", "weight": 3 }, { "a": "192.0.2.4" } ] } },
  "policies": { "geo": { "rules": [ { "method": "nearest", "pools": ["fra", "icn"] } ] }, "weighted": { "rules": [ { "pools": ["weighted"] } ] } },
  "records": { "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "static": { "A": "192.0.2.9" },
               "geo": { "steer": "geo" }, "weighted": { "steer": "weighted" } } })";

const std::map<std::string, test::Question>& workloads() {
  const auto question = [](const char* name, const char* subnet, bool edns) {
    test::Question asked;
    asked.name = name;
    asked.subnet = subnet;
    if (edns) asked.payload = 1232;
    return asked;
  };
  test::Question cookie = question("static.example.com.", "", true);
  cookie.options = {{wire::option::kCookie, test::Bytes(8, 7)}};
  static const std::map<std::string, test::Question> all{
      {"cookie", cookie},
      {"plain", question("static.example.com.", "", false)},
      {"static", question("static.example.com.", "", true)},
      {"nxdomain", question("nothing.example.com.", "", true)},
      {"geo", question("geo.example.com.", "203.0.113.0/24", true)},
      {"geo6", question("geo.example.com.", "2001:db8:1000::/48", true)},
      {"weighted", question("weighted.example.com.", "", true)}};
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const auto found = argc == 3 ? workloads().find(argv[1]) : workloads().end();
  if (found == workloads().end()) {
    fmt::print(stderr, "usage: answer_bench WORKLOAD COUNT\n");
    for (const auto& [name, question] : workloads()) fmt::print(stderr, "  {}\n", name);
    return 2;
  }
  test::AnswerWorld world(std::map<std::string, std::string>{{"example.json", kZone}},
                          {(test::source_folder() / "geoip").string()});
  answer::Responder responder(world.board, {}, 1);
  responder.refresh({});
  test::Question question = found->second;
  question.resolver = kResolver;
  if (!question.options.empty()) question.options = world.ask(question).options;  // ours
  const test::Bytes query = test::make_query(question);
  std::vector<std::uint8_t> buffer(answer::kUdpBuffer);
  const base::Address resolver = *base::Address::parse(kResolver);
  const std::size_t count = std::strtoull(argv[2], nullptr, 10);
  std::size_t bytes = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(buffer.data(), query.data(), query.size());
    bytes += responder.respond({buffer, query.size(), resolver, answer::Transport::Udp}).size;
  }
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
  fmt::print("{}: {} answers, {:.1f} ns and {:.1f} bytes each\n", found->first, count,
             taken.count() / static_cast<double>(count),
             static_cast<double>(bytes) / static_cast<double>(count));
}
