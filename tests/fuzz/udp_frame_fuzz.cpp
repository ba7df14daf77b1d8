// Reads any bytes as the frame of a datagram and answers it.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "loadstar/serve/udp_frame.hpp"

namespace {

using namespace loadstar::serve;

constexpr std::size_t kMostAnswer = 1232;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The answer can be read as a frame itself, by the rules that held for the query.
void check_answer(std::span<const std::uint8_t> bytes, const UdpFrame& query, std::size_t size) {
  std::vector<std::uint8_t> frame(bytes.begin(), bytes.end());
  frame.resize(std::max(frame.size(), query.payload_at + size));
  frame.resize(write_udp_answer(frame.data(), query, size, 7));
  const auto answer = read_udp_frame(frame);
  require(answer && answer->payload_at == query.payload_at && answer->payload_size == size);
  // Answered in turn, it goes back to the client.
  write_udp_answer(frame.data(), *answer, size, 7);
  const auto again = read_udp_frame(frame);
  require(again && again->client == query.client);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // On the heap and of that very size, so that a byte read beyond it is noticed.
  const std::vector<std::uint8_t> bytes(data, data + size);
  const auto query = read_udp_frame(bytes);
  if (!query) return 0;
  require(std::size_t{query->payload_at} + query->payload_size <= size);
  check_answer(bytes, *query, query->payload_size);
  check_answer(bytes, *query, std::min(size, kMostAnswer));
  return 0;
}
