#include "loadstar/steer/draws.hpp"

#include <barrier>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "loadstar/base/random.hpp"

#include "catch.hpp"

namespace {

using loadstar::steer::Draws;

constexpr unsigned kA = 0;
constexpr unsigned kAaaa = 1;
constexpr unsigned kHttps = 2;

/// Draws that count up.
struct Counting {
  Draws draws;
  std::uint32_t last = 0;

  std::uint32_t draw(std::uint64_t client, unsigned kind) {
    return draws.draw(client, kind, [this] { return ++last; });
  }
};

constexpr std::uint64_t kClient = 0x1234'5678'9abc'def0;
constexpr std::uint64_t kOther = 0x0fed'cba9'8765'4321;

}  // namespace

TEST_CASE("a draw serves each kind of question once", "[steer][draws]") {
  Counting counting;
  CHECK(counting.draw(kClient, kA) == 1);
  CHECK(counting.draw(kClient, kAaaa) == 1);
  CHECK(counting.draw(kClient, kHttps) == 1);
  CHECK(counting.draw(kClient, kAaaa) == 2);
  CHECK(counting.draw(kClient, kA) == 2);
  CHECK(counting.draw(kClient, kA) == 3);
  CHECK(counting.last == 3);
}

TEST_CASE("clients do not share draws", "[steer][draws]") {
  Counting counting;
  CHECK(counting.draw(kClient, kA) == 1);
  CHECK(counting.draw(kOther, kA) == 2);
  CHECK(counting.draw(kClient, kAaaa) == 1);
  CHECK(counting.draw(kOther, kAaaa) == 2);
}

TEST_CASE("a client that meets another's word draws anew", "[steer][draws]") {
  Counting counting;
  constexpr std::uint64_t kSameWord = kClient ^ (std::uint64_t{1} << 60);
  CHECK(counting.draw(kClient, kA) == 1);
  CHECK(counting.draw(kSameWord, kAaaa) == 2);
  CHECK(counting.draw(kClient, kAaaa) == 3);
}

TEST_CASE("a client whose hash is zero has no draw before its first", "[steer][draws]") {
  Counting counting;
  CHECK(counting.draw(0, kAaaa) == 1);
  CHECK(counting.draw(0, kA) == 1);
}

TEST_CASE("workers that are asked at the same moment agree", "[steer][draws]") {
  constexpr std::uint32_t kClients = 5'000;
  const auto draws = std::make_unique<Draws>();
  std::barrier together(2);
  const auto ask = [&](unsigned kind) {
    std::vector<std::uint32_t> drawn;
    for (std::uint32_t i = 0; i < kClients; ++i) {
      together.arrive_and_wait();
      drawn.push_back(draws->draw(loadstar::base::mix(i), kind, [&] { return 2 * i + kind; }));
    }
    return drawn;
  };
  std::vector<std::uint32_t> first;
  std::thread other([&] { first = ask(kA); });
  const std::vector<std::uint32_t> second = ask(kAaaa);
  other.join();
  CHECK(first == second);
}
