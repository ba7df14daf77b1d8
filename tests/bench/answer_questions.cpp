#include "answer_questions.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <random>

#include "loadstar/wire/edns.hpp"

#include "paths.hpp"

namespace loadstar::bench {
namespace {

constexpr const char* kHead = R"({ "zone": "example.com",
  "regions": { "fra": { "lat": 50, "lon": 8 }, "icn": { "lat": 37, "lon": 126 } },
  "pools": { "fra": { "region": "fra", "endpoints": [ { "a": "192.0.2.1" } ] }, "icn": { "region": "icn", "endpoints": [ { "a": "192.0.2.2" } ] },
             "weighted": { "balance": "weighted", "endpoints": [ { "a": "192.0.2.3", "weight": 3 }, { "a": "192.0.2.4" } ] } },
  "policies": { "geo": { "rules": [ { "method": "nearest", "pools": ["fra", "icn"] } ] }, "weighted": { "rules": [ { "pools": ["weighted"] } ] },
                "sticky": { "rules": [ { "method": "sticky", "pools": ["fra", "icn"] } ] } },
  "records": { "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "geo": { "steer": "geo" },
               "weighted": { "steer": "weighted" }, "sticky": { "steer": "sticky" })";

constexpr std::size_t kSubnets = 256;

enum class Opt : std::uint8_t { Without, With };

test::Question question(std::string name, Opt opt, std::string subnet = {}) {
  test::Question asked;
  asked.name = name + ".example.com.";
  asked.resolver = kResolver;
  asked.subnet = std::move(subnet);
  if (opt == Opt::With) asked.payload = 1232;
  return asked;
}

/// All hosts in one random order, so that memory is met as a resolver's clients would have it.
std::vector<test::Question> about_hosts(std::size_t hosts, Opt opt, const char* prefix = "host") {
  std::vector<test::Question> questions;
  for (std::size_t i = 0; i < hosts; ++i)
    questions.push_back(question(fmt::format("{}{}", prefix, i), opt));
  std::ranges::shuffle(questions, std::mt19937_64(1));
  return questions;
}

std::vector<test::Question> from_subnets(const char* name, const char* subnet) {
  std::vector<test::Question> questions;
  for (std::size_t i = 0; i < kSubnets; ++i)
    questions.push_back(question(name, Opt::With, fmt::format(fmt::runtime(subnet), i)));
  return questions;
}

}  // namespace

std::string zone_with(std::size_t hosts) {
  std::string text = kHead;
  for (std::size_t i = 0; i < hosts; ++i)
    text += fmt::format(",\n\"host{}\": {{ \"A\": \"10.{}.{}.{}\" }}", i, i >> 16 & 255,
                        i >> 8 & 255, i & 255);
  return text + " } }";
}

std::map<std::string, std::vector<test::Question>> questions_about(std::size_t hosts) {
  test::Question cookie = question("host0", Opt::With);
  cookie.options = {{wire::option::kCookie, test::Bytes(8, 7)}};
  return {{"cookie", {cookie}},
          {"plain", about_hosts(hosts, Opt::Without)},
          {"static", about_hosts(hosts, Opt::With)},
          {"nxdomain", about_hosts(hosts, Opt::With, "nothing")},
          {"geo", from_subnets("geo", "203.0.{}.0/24")},
          {"geo6", from_subnets("geo", "2001:db8:{:x}::/48")},
          {"sticky", from_subnets("sticky", "203.0.{}.0/24")},
          {"weighted", {question("weighted", Opt::With)}}};
}

test::AnswerWorld world_with(std::size_t hosts) {
  return test::AnswerWorld(std::map<std::string, std::string>{{"example.json", zone_with(hosts)}},
                           {(test::source_folder() / "geoip").string()});
}

std::vector<test::Bytes> queries_of(test::AnswerWorld& world,
                                    std::vector<test::Question> questions) {
  std::vector<test::Bytes> queries;
  for (test::Question& asked : questions) {
    if (!asked.options.empty()) asked.options = world.ask(asked).options;
    queries.push_back(make_query(asked));
  }
  return queries;
}

}  // namespace loadstar::bench
