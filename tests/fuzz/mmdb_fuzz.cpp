// A database of any bytes: refused with an error, or walked, compiled and asked without harm.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/geo/database.hpp"
#include "loadstar/geo/partition.hpp"

namespace {

using namespace loadstar;

std::shared_ptr<const geo::Databases> open_bytes(const std::uint8_t* data, std::size_t size) {
  const int file = memfd_create("fuzz", MFD_CLOEXEC);
  if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  std::shared_ptr<const geo::Databases> databases;
  try {
    databases = geo::Databases::open({"/proc/self/fd/" + std::to_string(file)});
  } catch (const base::ConfigError&) {
  }
  close(file);
  return databases;
}

/// Asks both ways at the seams of a family; they must agree.
template <class Number>
void compare(const geo::Databases& databases, const geo::Partition& partition,
             const geo::Runs<Number>& runs) {
  constexpr std::size_t kMostRuns = 1000;
  typename geo::Runs<Number>::Cursor run(runs);
  for (std::size_t i = 0; i < std::min(runs.size(), kMostRuns); ++i) {
    if (i > 0) run.advance();
    std::array<std::uint8_t, sizeof(Number)> bytes{};
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      bytes[at] = static_cast<std::uint8_t>(run.first() >> (8 * (bytes.size() - 1 - at)));
    }
    const base::Address client(bytes.size() == 4 ? base::Family::V4 : base::Family::V6, bytes);
    const auto membership = partition.look_up(client);
    if (membership.scope_bits > bits_of(client.family())) std::abort();
    if (databases.place(membership.client_class) != databases.look_up(client)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto databases = open_bytes(data, size);
  if (!databases) return 0;
  const auto partition = geo::Partition::build(
      *databases, {}, [](std::uint32_t place, const std::vector<bool>&) { return place; });
  compare(*databases, partition, databases->runs_v4());
  compare(*databases, partition, databases->runs_v6());
  return 0;
}
