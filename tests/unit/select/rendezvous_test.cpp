#include "loadstar/select/rendezvous.hpp"

#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "loadstar/select/limits.hpp"

#include "catch.hpp"

namespace {

using namespace loadstar::select;

constexpr std::uint32_t kKeys = 1U << 17;

RendezvousMember member(std::size_t number, std::uint32_t weight) {
  return {hash("member " + std::to_string(number)), weight};
}

std::vector<RendezvousMember> members_of(const std::vector<std::uint32_t>& weights) {
  std::vector<RendezvousMember> members;
  for (std::size_t i = 0; i < weights.size(); ++i) members.push_back(member(i, weights[i]));
  return members;
}

std::uint64_t key_of(std::uint32_t number) {
  const std::array<std::uint8_t, 4> bytes{
      static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  return hash(bytes);
}

std::uint16_t winner(const Rendezvous& members, std::uint32_t key) {
  std::array<std::uint16_t, 1> out{};
  REQUIRE(members.rank(key_of(key), out) == 1);
  return out[0];
}

}  // namespace

TEST_CASE("rendezvous shares keys in proportion to the weights", "[select][rendezvous]") {
  const std::vector<std::vector<std::uint32_t>> tables = {
      {1},         {1, 1},
      {3, 1},      {1, 2, 3, 4},
      {100, 1, 1}, {65535, 65535, 1},
      {2, 0, 1},   std::vector<std::uint32_t>(20, 5),
  };
  for (const auto& weights : tables) {
    CAPTURE(weights);
    const Rendezvous members(members_of(weights));
    std::vector<int> counts(weights.size());
    for (std::uint32_t key = 0; key < kKeys; ++key) ++counts[winner(members, key)];
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double share = weights[i] / total;
      // Five standard deviations of a binomial count: what a perfect hash may show.
      CHECK(std::abs(counts[i] - share * kKeys) <= 5 * std::sqrt(kKeys * share * (1 - share)));
    }
  }
}

TEST_CASE("taking 1 of n members away moves only its own keys", "[select][rendezvous]") {
  const std::vector<std::uint32_t> weights{5, 1, 3, 3, 8, 2, 1};
  const Rendezvous all(members_of(weights));
  for (std::size_t gone = 0; gone < weights.size(); ++gone) {
    std::vector<RendezvousMember> rest = members_of(weights);
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(gone));
    const Rendezvous fewer(rest);
    for (std::uint32_t key = 0; key < 20'000; ++key) {
      const std::size_t before = winner(all, key);
      const std::size_t now = winner(fewer, key);
      if (before == gone) continue;
      REQUIRE((now < gone ? now : now + 1) == before);
    }
  }
}

TEST_CASE("the keys of a lost member spread over the rest by weight", "[select][rendezvous]") {
  const std::vector<std::uint32_t> weights{4, 1, 3};
  const Rendezvous members(members_of(weights));
  std::array<int, 3> seconds{};
  int lost = 0;
  for (std::uint32_t key = 0; key < kKeys; ++key) {
    std::array<std::uint16_t, 2> out{};
    REQUIRE(members.rank(key_of(key), out) == 2);
    if (out[0] != 0) continue;
    ++lost;
    ++seconds[out[1]];
  }
  CHECK(std::abs(seconds[1] - lost * 0.25) <= 5 * std::sqrt(lost * 0.25 * 0.75));
}

TEST_CASE("more weight for one member takes keys from others and gives none",
          "[select][rendezvous]") {
  const Rendezvous before(members_of({2, 2, 2}));
  const Rendezvous after(members_of({2, 3, 2}));
  for (std::uint32_t key = 0; key < 20'000; ++key) {
    const auto now = winner(after, key);
    if (now != 1) REQUIRE(now == winner(before, key));
  }
}

TEST_CASE("the order of the members in the list does not matter", "[select][rendezvous]") {
  const Rendezvous forward({member(0, 1), member(1, 2), member(2, 3)});
  const Rendezvous backward({member(2, 3), member(1, 2), member(0, 1)});
  for (std::uint32_t key = 0; key < 5'000; ++key) {
    REQUIRE(winner(forward, key) == 2 - winner(backward, key));
  }
}

TEST_CASE("members that are left with one weight keep the order that they had among others",
          "[select][rendezvous]") {
  const Rendezvous mixed(members_of({4, 4, 4, 1}));
  const Rendezvous alike(members_of({4, 4, 4}));
  for (std::uint32_t key = 0; key < 5'000; ++key) {
    std::array<std::uint16_t, 4> all{};
    REQUIRE(mixed.rank(key_of(key), all) == 4);
    std::array<std::uint16_t, 3> rest{};
    REQUIRE(alike.rank(key_of(key), rest) == 3);
    std::vector<std::uint16_t> expected(all.begin(), all.end());
    std::erase(expected, 3);
    REQUIRE(std::vector<std::uint16_t>(rest.begin(), rest.end()) == expected);
  }
}

TEST_CASE("rank lists every member once, the winner first and weight 0 last",
          "[select][rendezvous]") {
  const Rendezvous members(members_of({1, 0, 5, 2}));
  for (std::uint32_t key = 0; key < 1'000; ++key) {
    std::array<std::uint16_t, 6> out{};
    REQUIRE(members.rank(key_of(key), out) == 4);
    REQUIRE(out[0] == winner(members, key));
    REQUIRE(out[3] == 1);
    REQUIRE(out[0] + out[1] + out[2] == 0 + 2 + 3);
  }
}

TEST_CASE("rank stops at its limit and at an empty list", "[select][rendezvous]") {
  std::vector<std::uint16_t> out(100);
  const Rendezvous many(members_of(std::vector<std::uint32_t>(100, 1)));
  CHECK(many.rank(1, out) == kMaxPicked);
  CHECK(many.rank(1, std::span(out).first(0)) == 0);
  CHECK(Rendezvous().rank(1, out) == 0);
}

TEST_CASE("the extremes of the hash give finite costs above 0", "[select][rendezvous]") {
  // mix() is a bijection with mix(0) == 0, so equal key and identity draw the smallest u.
  CHECK(rendezvous_cost(7, {7, 1}) == Approx(-std::log(0x1p-53)));
  for (std::uint64_t key = 0; key < 100'000; ++key) {
    const double cost = rendezvous_cost(key, {1, 1});
    REQUIRE((cost > 0 && std::isfinite(cost)));
  }
}
