// A feed of states: any bytes are lines that count, or a line that is told of.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "loadstar/health/feed.hpp"

using namespace loadstar;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto feed = health::Feed::parse(text);
  if (feed.size() > size || feed.first_bad_line() > size) std::abort();
  const auto result = feed.result_for(*base::Address::parse("192.0.2.1"), std::chrono::seconds(9));
  if (result.text.size() > 120) std::abort();
  return 0;
}
