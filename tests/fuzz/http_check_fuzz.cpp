// The answer of a probed server: whatever its bytes and however they are cut, the check ends within
// its bounds, and cutting alone never turns a success into a failure.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "loadstar/health/http_check.hpp"

namespace {

using loadstar::health::HttpCheck;
using loadstar::health::Outcome;
using loadstar::health::Result;

Result run(const loadstar::model::HttpRequest& request, std::string_view answer,
           std::size_t piece) {
  HttpCheck check(request);
  for (std::size_t at = 0; at < answer.size(); at += piece) {
    if (auto result = check.take(answer.substr(at, piece))) return *result;
  }
  return check.end();
}

}  // namespace

// The first byte says how the rest is cut and asked about.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  loadstar::model::HttpRequest request;
  if ((data[0] & 1U) != 0) request.expect.body = "ok";
  if ((data[0] & 2U) != 0) request.method = "HEAD";
  if ((data[0] & 4U) != 0) request.expect.body_regex = "o+k?[^x]";
  if ((data[0] & 8U) != 0) request.weight_from = loadstar::model::WeightFrom::Body;
  const std::size_t piece = 1 + (data[0] >> 4U);
  const std::string_view answer(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool whole = run(request, answer, answer.size() + 1).outcome == Outcome::Success;
  const bool cut = run(request, answer, piece).outcome == Outcome::Success;
  if (whole != cut) std::abort();
  return 0;
}
