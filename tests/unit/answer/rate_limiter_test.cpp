#include "loadstar/answer/rate_limiter.hpp"

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "answer_world.hpp"
#include "catch.hpp"

using namespace loadstar;
using answer::RateLimiter;
using answer::Reason;
using test::Answer;
using test::AnswerWorld;
using test::Question;

namespace {

constexpr std::uint64_t kSecond = 1'000'000;

base::Address address(const char* text) { return *base::Address::parse(text); }

int allowed(RateLimiter& limiter, const char* client, std::uint64_t kind, std::uint64_t now,
            int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += limiter.allow(address(client), kind, now) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a burst is allowed, then so many a second", "[answer][rrl]") {
  RateLimiter limiter({.per_second = 100, .burst = 20});
  CHECK(allowed(limiter, "192.0.2.1", 7, kSecond, 1000) == 20);
  CHECK(allowed(limiter, "192.0.2.1", 7, kSecond + 9'000, 10) == 0);
  CHECK(allowed(limiter, "192.0.2.1", 7, kSecond + 10'000, 10) == 1);
  int count = 0;
  for (std::uint64_t t = 2 * kSecond; t < 12 * kSecond; t += 1000)
    count += allowed(limiter, "192.0.2.1", 7, t, 1);
  CHECK(count >= 1000);
  CHECK(count <= 1020);
}

TEST_CASE("clients of a prefix count together, prefixes and kinds apart", "[answer][rrl]") {
  RateLimiter limiter({.per_second = 10, .burst = 10});
  CHECK(allowed(limiter, "192.0.2.1", 7, kSecond, 5) == 5);
  CHECK(allowed(limiter, "192.0.2.255", 7, kSecond, 100) == 5);
  CHECK(allowed(limiter, "192.0.3.0", 7, kSecond, 100) == 10);
  CHECK(allowed(limiter, "192.0.2.1", 8, kSecond, 100) == 10);
  CHECK(allowed(limiter, "2001:db8::1", 7, kSecond, 5) == 5);
  CHECK(allowed(limiter, "2001:db8:0:ff::1", 7, kSecond, 100) == 5);
  CHECK(allowed(limiter, "2001:db8:0:100::1", 7, kSecond, 100) == 10);
}

TEST_CASE("exempt clients have no limit", "[answer][rrl]") {
  RateLimiter limiter(
      {.per_second = 1, .burst = 1, .exempt = {*base::Prefix::parse("192.0.2.0/24")}});
  CHECK(allowed(limiter, "192.0.2.1", 7, kSecond, 100) == 100);
  CHECK(allowed(limiter, "192.0.3.1", 7, kSecond, 100) == 1);
}

TEST_CASE("a time long gone limits nobody, also when the clock's bits come round",
          "[answer][rrl]") {
  RateLimiter limiter({.per_second = 10, .burst = 10});
  for (const std::uint64_t later : {std::uint64_t{1} << 39, (std::uint64_t{1} << 40) - 2 * kSecond,
                                    (std::uint64_t{1} << 41) + 5 * kSecond}) {
    CHECK(allowed(limiter, "192.0.2.1", later, kSecond, 100) == 10);
    CHECK(allowed(limiter, "192.0.2.1", later, kSecond + later, 100) == 10);
  }
}

TEST_CASE("a flood of forged prefixes does not free the one that floods", "[answer][rrl]") {
  RateLimiter limiter({.per_second = 10, .burst = 10});
  std::uint64_t now = kSecond;
  int count = allowed(limiter, "192.0.2.1", 7, now, 100);
  for (std::uint32_t i = 0; i < 200'000; ++i, now += 5) {
    (void)limiter.allow(base::Address::v4(0x0b00'0000 + (i << 8)), 7, now);
    if (i % 100 == 0) count += allowed(limiter, "192.0.2.1", 7, now, 20);
  }
  CHECK(count <= 10 + 10 + 40);  // a second's worth, and what gets lost in crowded lines
}

TEST_CASE("workers count together", "[answer][rrl]") {
  RateLimiter limiter({.per_second = 1, .burst = 1000});
  std::atomic<int> count = 0;
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i)
    workers.emplace_back([&] { count += allowed(limiter, "192.0.2.1", 7, kSecond, 10'000); });
  for (std::thread& worker : workers) worker.join();
  CHECK(count == 1000);
}

namespace {

AnswerWorld limited(std::uint32_t slip) {
  return AnswerWorld(
      std::map<std::string, std::string>{{"example.json", R"({ "zone": "example.", "records": {
        "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" }, "www": { "A": "192.0.2.1" },
        "*.wild": { "A": "192.0.2.2" } } })"}},
      {},
      {.limiter = std::make_shared<RateLimiter>(
           model::RateLimit{.per_second = 10, .burst = 10, .slip = slip})});
}

/// How the answers to so many questions ended.
std::map<Reason, int> endings(AnswerWorld& world, const std::vector<Question>& questions) {
  std::map<Reason, int> count;
  for (const Question& question : questions) ++count[world.ask(question).reason];
  return count;
}

std::vector<Question> names(std::string_view before, std::string_view name) {
  std::vector<Question> made(100);
  for (std::size_t i = 0; i < made.size(); ++i)
    made[i].name = before.empty()
                       ? std::string(name)
                       : std::string(before) + std::to_string(i) + "." + std::string(name);
  return made;
}

}  // namespace

TEST_CASE("over the limit an answer is dropped or truncated, counted as such", "[answer][rrl]") {
  AnswerWorld slipping = limited(2);
  CHECK(endings(slipping, names("", "www.example.")) ==
        std::map<Reason, int>{
            {Reason::Answered, 10}, {Reason::RateLimited, 45}, {Reason::DroppedRateLimited, 45}});
  AnswerWorld silent = limited(0);
  CHECK(endings(silent, names("", "www.example.")) ==
        std::map<Reason, int>{{Reason::Answered, 10}, {Reason::DroppedRateLimited, 90}});
}

TEST_CASE("a truncated answer is empty and no larger than its query", "[answer][rrl]") {
  AnswerWorld world = limited(1);
  Question question{.name = "www.example.", .payload = 1232, .subnet = "10.0.0.0/8"};
  question.options = {{10, test::Bytes(8, 1)}};
  for (int i = 0; i < 10; ++i) (void)world.ask(question);
  const Answer answer = world.ask(question);
  CHECK(answer.flags == "qr aa tc rd");
  CHECK(answer.answer.empty());
  CHECK(answer.has_opt);
  CHECK(answer.bytes.size() <= test::make_query(question).size());
}

TEST_CASE("random names of a zone or a wildcard count as one", "[answer][rrl]") {
  AnswerWorld world = limited(0);
  CHECK(endings(world, names("x", "example."))[Reason::NxDomain] == 10);
  CHECK(endings(world, names("x", "wild.example."))[Reason::Answered] == 10);
  CHECK(endings(world, names("x", "other."))[Reason::Refused] == 10);
  CHECK(endings(world, names("", "www.example."))[Reason::Answered] == 10);
}

TEST_CASE("who has shown its address has no limit", "[answer][rrl][rfc7873]") {
  AnswerWorld world = limited(0);
  Question question{.name = "www.example.", .options = {{10, test::Bytes(8, 1)}}};
  const Answer first = world.ask(question);
  question.options = first.options;
  for (int i = 0; i < 100; ++i) REQUIRE(world.ask(question).reason == Reason::Answered);
  question.options.clear();
  question.transport = answer::Transport::Tcp;
  for (int i = 0; i < 100; ++i) REQUIRE(world.ask(question).reason == Reason::Answered);
}
