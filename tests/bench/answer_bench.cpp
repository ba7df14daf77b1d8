// Answers the questions of a workload so many times, for a profiler or to count instructions:
// answer_bench WORKLOAD COUNT
//
// Instructions for an answer, the process's start left out: run it under callgrind with two counts
// and divide the difference. For time see micro_bench.
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>

#include "answer_questions.hpp"

using namespace loadstar;

namespace {

constexpr std::size_t kHosts = 1;

}  // namespace

int main(int argc, char** argv) {
  const auto workloads = bench::questions_about(kHosts);
  const auto found = argc == 3 ? workloads.find(argv[1]) : workloads.end();
  if (found == workloads.end()) {
    fmt::print(stderr, "usage: answer_bench WORKLOAD COUNT\n");
    for (const auto& [name, questions] : workloads) fmt::print(stderr, "  {}\n", name);
    return 2;
  }
  test::AnswerWorld world = bench::world_with(kHosts);
  answer::Responder responder(world.board, {}, 1);
  responder.refresh({});
  const std::vector<test::Bytes> queries = bench::queries_of(world, found->second);
  std::vector<std::uint8_t> buffer(answer::kUdpBuffer);
  const base::Address resolver = *base::Address::parse(bench::kResolver);
  const std::size_t count = std::strtoull(argv[2], nullptr, 10);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const test::Bytes& query = queries[i % queries.size()];
    std::memcpy(buffer.data(), query.data(), query.size());
    bytes += responder.respond({buffer, query.size(), resolver, answer::Transport::Udp}).size;
  }
  fmt::print("{}: {} answers, {:.1f} bytes each\n", found->first, count,
             static_cast<double>(bytes) / static_cast<double>(count));
}
