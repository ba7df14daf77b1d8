#include "loadstar/select/hash.hpp"

#include <xxhash.h>

namespace loadstar::select {

std::uint64_t hash(std::span<const std::uint8_t> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t hash(std::string_view text) noexcept { return XXH3_64bits(text.data(), text.size()); }

}  // namespace loadstar::select
