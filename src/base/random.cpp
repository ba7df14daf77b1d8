#include "loadstar/base/random.hpp"

#include <random>

namespace loadstar::base {

std::uint64_t entropy() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace loadstar::base
