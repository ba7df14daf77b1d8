#include "loadstar/health/target.hpp"

#include "catch.hpp"
#include "fixture.hpp"

namespace loadstar::health {
namespace {

model::Endpoint endpoint(const char* a, const char* aaaa) {
  model::Endpoint made;
  if (a != nullptr) made.a = base::Address::parse(a);
  if (aaaa != nullptr) made.aaaa = base::Address::parse(aaaa);
  return made;
}

model::Pool pool_of(model::Endpoint only) {
  model::Pool pool;
  pool.monitor = std::make_shared<const model::Monitor>(tcp_monitor(443));
  pool.endpoints.push_back(std::move(only));
  return pool;
}

std::string text_of(const std::optional<Condition>& condition) {
  return condition ? condition->targets.front().address.to_string() : "none";
}

TEST_CASE("what is probed for an endpoint", "[health]") {
  const base::Endpoint elsewhere{*base::Address::parse("198.51.100.7"), 0};
  const base::Endpoint other_port{*base::Address::parse("198.51.100.7"), 8080};
  struct Row {
    const char* a;
    const char* aaaa;
    const char* cname;
    std::optional<base::Endpoint> probe;
    const char* v4;
    const char* v6;
  };
  const std::vector<Row> rows{
      {"192.0.2.1", nullptr, "", {}, "192.0.2.1:443", "none"},
      {nullptr, "2001:db8::1", "", {}, "none", "[2001:db8::1]:443"},
      {"192.0.2.1", "2001:db8::1", "", {}, "192.0.2.1:443", "[2001:db8::1]:443"},
      {"192.0.2.1", "2001:db8::1", "", elsewhere, "198.51.100.7:443", "198.51.100.7:443"},
      {"192.0.2.1", nullptr, "", other_port, "198.51.100.7:8080", "none"},
      {nullptr, nullptr, "www.example.com.", {}, "none", "none"},
      {nullptr, nullptr, "www.example.com.", other_port, "198.51.100.7:8080", "none"},
  };
  for (const Row& row : rows) {
    model::Endpoint made = endpoint(row.a, row.aaaa);
    made.cname = row.cname;
    made.probe = row.probe;
    const auto targets = targets_of(pool_of(made));
    REQUIRE(targets.size() == 1);
    CHECK(text_of(targets[0].v4) == row.v4);
    CHECK(text_of(targets[0].v6) == row.v6);
  }
}

TEST_CASE("endpoints that an operator forced are probed like others", "[health]") {
  for (const auto state :
       {model::AdminState::Up, model::AdminState::Down, model::AdminState::Drain}) {
    model::Endpoint made = endpoint("192.0.2.1", nullptr);
    made.state = state;
    CHECK(targets_of(pool_of(made))[0].v4.has_value());
  }
}

TEST_CASE("a pool without a monitor has nothing to probe", "[health]") {
  model::Pool pool = pool_of(endpoint("192.0.2.1", "2001:db8::1"));
  pool.monitor = nullptr;
  const auto targets = targets_of(pool);
  REQUIRE(targets.size() == 1);
  CHECK_FALSE(targets[0].v4.has_value());
  CHECK_FALSE(targets[0].v6.has_value());
}

enum class Likeness { Same, SameQuestion, Different };

Likeness likeness(const Target& left, const Target& right) {
  if (left == right) return Likeness::Same;
  return asks_the_same(left, right) ? Likeness::SameQuestion : Likeness::Different;
}

TEST_CASE("targets are the same by what is probed, not by the monitor's name", "[health]") {
  using Edit = void (*)(model::Monitor&);
  struct Row {
    Edit edit;
    Likeness likeness;
  };
  using model::Monitor;
  using enum Likeness;
  const std::vector<Row> rows{
      {[](Monitor& m) { m.name = "other"; }, Same},
      {[](Monitor& m) { m.initial = model::InitialState::Up; }, Same},
      {[](Monitor& m) { m.interval = std::chrono::seconds(7); }, SameQuestion},
      {[](Monitor& m) { m.timeout = std::chrono::seconds(1); }, SameQuestion},
      {[](Monitor& m) { m.fall = 9; }, SameQuestion},
      {[](Monitor& m) { m.rise = 9; }, SameQuestion},
      {[](Monitor& m) { m.port = 81; }, Different},
      {[](Monitor& m) { m.type = model::MonitorType::Tcp; }, Different},
      {[](Monitor& m) { m.http.path = "/other"; }, Different},
      {[](Monitor& m) { m.http.expect.body = "ok"; }, Different},
      {[](Monitor& m) { m.http.expect.body_regex = "ok"; }, Different},
      {[](Monitor& m) { m.http.weight_from = model::WeightFrom::Body; }, Different},
      {[](Monitor& m) { m.http.follow_redirects = 1; }, Different},
  };
  const Target one = target_of(http_monitor());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO("row " << i);
    Monitor changed = http_monitor();
    rows[i].edit(changed);
    const Target other = target_of(changed);
    CHECK(likeness(one, other) == rows[i].likeness);
    if (rows[i].likeness != Different) CHECK(TargetHash{}(one) == TargetHash{}(other));
  }
}

TEST_CASE("a question is the same text in every release", "[health]") {
  using Edit = void (*)(model::Monitor&);
  using model::Monitor;
  const std::vector<Edit> edits{
      [](Monitor&) {},
      [](Monitor& m) { m.http.expect.body_regex = "ok"; },
      [](Monitor& m) { m.http.weight_from = model::WeightFrom::Body; },
      [](Monitor& m) { m.http.follow_redirects = 2; },
      [](Monitor& m) { m.type = model::MonitorType::Tcp; },
      [](Monitor& m) {
        m.type = model::MonitorType::Tcp;
        m.tcp.send = "x";
      },
      [](Monitor& m) {
        m.type = model::MonitorType::Tcp;
        m.tcp.expect = "x";
      },
      [](Monitor& m) { m.type = model::MonitorType::Dns; },
      [](Monitor& m) {
        m.type = model::MonitorType::Dns;
        m.dns.query.type = "AAAA";
      },
      [](Monitor& m) { m.type = model::MonitorType::Exec; },
      [](Monitor& m) {
        m.type = model::MonitorType::Exec;
        m.command = {"/bin/true"};
      },
      [](Monitor& m) {
        m.type = model::MonitorType::File;
        m.port = 0;
        m.feed = "/run/feed";
      },
  };
  std::vector<std::string> questions;
  for (const Edit edit : edits) {
    Monitor monitor = http_monitor();
    edit(monitor);
    questions.push_back(question_of(target_of(monitor)));
  }
  CHECK(questions[0] == "http 192.0.2.1:80 2e6e50d187bc653c");
  CHECK(questions[4] == "tcp 192.0.2.1:80 2d06800538d394c2");
  CHECK(questions.back().starts_with("file 192.0.2.1 "));
  std::ranges::sort(questions);
  CHECK(std::ranges::adjacent_find(questions) == questions.end());
}

TEST_CASE("what has no port is probed without one", "[health]") {
  model::Monitor monitor = tcp_monitor(0);
  monitor.type = model::MonitorType::Icmp;
  model::Pool pool = pool_of(endpoint("192.0.2.1", nullptr));
  pool.monitor = std::make_shared<const model::Monitor>(monitor);
  pool.endpoints[0].probe = base::Endpoint{*base::Address::parse("192.0.2.9"), 80};
  const Target target = targets_of(pool)[0].v4->targets[0];
  CHECK(to_string(target) == "192.0.2.9");
  CHECK(to_string(target_of(tcp_monitor(80))) == "192.0.2.1:80");
}

TEST_CASE("what a request says does not matter to a tcp target", "[health]") {
  model::Monitor changed = tcp_monitor();
  changed.http.path = "/left-over";
  CHECK(target_of(tcp_monitor()) == target_of(changed));
}

}  // namespace
}  // namespace loadstar::health
