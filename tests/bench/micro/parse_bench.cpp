#include <benchmark/benchmark.h>

#include "loadstar/wire/message.hpp"

#include "answer_questions.hpp"

using namespace loadstar;

namespace {

/// wire::read_query() as what is not plain goes through it.
void parse(benchmark::State& state, const char* workload) {
  const test::Bytes query = make_query(bench::questions_about(1).at(workload).front());
  wire::Query read;
  for (auto _ : state) {
    benchmark::DoNotOptimize(wire::read_query(query, read));
    benchmark::DoNotOptimize(read);
  }
}
BENCHMARK_CAPTURE(parse, plain, "plain");
BENCHMARK_CAPTURE(parse, edns, "static");
BENCHMARK_CAPTURE(parse, subnet4, "geo");
BENCHMARK_CAPTURE(parse, subnet6, "geo6");
BENCHMARK_CAPTURE(parse, cookie, "cookie");

}  // namespace
