// What an ICMP socket gives: any bytes are a reply that says what it holds, or none.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "loadstar/health/icmp_echo.hpp"

using loadstar::base::Family;
using namespace loadstar::health;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  for (const Family family : {Family::V4, Family::V6}) {
    static_cast<void>(read_quoted_request(family, bytes));
    const auto echo = read_echo_reply(family, bytes);
    if (!echo) continue;
    const auto request = render_echo_request(family, *echo);
    if (!std::ranges::equal(std::span(request).subspan(4), bytes.subspan(4))) std::abort();
  }
  if (without_ipv4_header(bytes).size() > size) std::abort();
  return 0;
}
