// Reads any bytes as the options of an OPT record, and writes back the client subnet that was
// found.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "loadstar/wire/edns.hpp"

namespace {

using namespace loadstar::wire;

void require(bool holds) {
  if (!holds) std::abort();
}

/// What is answered with scope 0 is what was asked.
void check_subnet(const ClientSubnet& subnet) {
  require(subnet.address.masked(subnet.source_bits) == subnet.address);
  std::vector<std::uint8_t> option(client_subnet_size(subnet));
  require(write_client_subnet(subnet, 0, option.data()) == option.size());
  require(read_client_subnet(std::span(option).subspan(kOptionHeaderSize)) == subnet);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span rdata(data, size);
  Edns edns;
  const bool whole = read_options(rdata, edns);
  if (edns.asks(loadstar::wire::Ask::ClientSubnet)) check_subnet(edns.subnet);
  require(whole || size > 0);
  if (const auto subnet = read_client_subnet(rdata)) check_subnet(*subnet);
  return 0;
}
