// Reads any bytes as a header of the PROXY protocol, whole and cut short.
#include <cstdlib>

#include "loadstar/serve/proxy_header.hpp"

namespace {

using namespace loadstar::serve;

void require(bool holds) {
  if (!holds) std::abort();
}

/// What is complete with fewer bytes reads the same with more, and what is a header's start is
/// incomplete.
void check_prefixes(std::span<const std::uint8_t> bytes, const ProxyHeader& header) {
  for (std::size_t size = 0; size < header.size; ++size) {
    const auto cut = read_proxy_header(bytes.first(size));
    require(!cut && cut.error() == ProxyHeaderError::Incomplete);
  }
  const auto exact = read_proxy_header(bytes.first(header.size));
  require(exact && exact->size == header.size && exact->client == header.client);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  const auto header = read_proxy_header(bytes);
  if (!header) return 0;
  require(header->size <= size && header->size <= kMaxProxyHeader);
  check_prefixes(bytes, *header);
  return 0;
}
