// The report of a probed agent: any bytes are a result whose text is ours alone.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "loadstar/health/agent_report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto result = loadstar::health::judge_agent_report(
      std::string_view(reinterpret_cast<const char*>(data), size));
  const bool is_text =
      std::ranges::all_of(result.text, [](char c) { return c >= ' ' && c <= '~'; });
  if (!is_text || result.text.empty() || result.text.size() > 80) std::abort();
  if (result.weight && result.weight->value > 100) std::abort();
  return 0;
}
