// A whole answer without a socket: parse, look up, choose, pick, render.
#include <benchmark/benchmark.h>
#include <cstring>

#include "answer_questions.hpp"

using namespace loadstar;

namespace {

constexpr std::size_t kHosts = 10'000;

test::AnswerWorld& world() {
  static test::AnswerWorld made = bench::world_with(kHosts);
  return made;
}

void respond(benchmark::State& state, const std::vector<test::Question>& questions) {
  answer::Responder responder(world().board, {}, 1);
  responder.refresh({});
  const std::vector<test::Bytes> queries = bench::queries_of(world(), questions);
  std::vector<std::uint8_t> buffer(answer::kUdpBuffer);
  const base::Address resolver = *base::Address::parse(bench::kResolver);
  std::size_t at = 0;
  for (auto _ : state) {
    const test::Bytes& query = queries[at++ % queries.size()];
    std::memcpy(buffer.data(), query.data(), query.size());
    benchmark::DoNotOptimize(
        responder.respond({buffer, query.size(), resolver, answer::Transport::Udp}).size);
  }
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const auto& [name, questions] : bench::questions_about(kHosts))
    benchmark::RegisterBenchmark(("respond/" + name).c_str(), respond, questions);
  return true;
}();

}  // namespace
