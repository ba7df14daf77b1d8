#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace loadstar::geo {

/// Remembers a 32-bit value per number: an open-addressing table, because it is asked once for each
/// of millions of networks. Not for numbers that strangers choose while somebody waits.
class NumberIndex {
 public:
  /// The value of `key`; what `make()` returns when the key is new. `make` must not use this index.
  template <class Make>
  [[nodiscard]] std::uint32_t get(std::uint64_t key, Make make) {
    std::size_t at = slot_of(key);
    while (slots_[at].used) {
      if (slots_[at].key == key) return slots_[at].value;
      at = (at + 1) & (slots_.size() - 1);
    }
    const std::uint32_t value = make();
    slots_[at] = {key, value, true};
    if (2 * ++count_ > slots_.size()) grow();
    return value;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t value = 0;
    bool used = false;
  };

  static constexpr std::size_t kFirstSize = 256;  // a power of two, as every size

  [[nodiscard]] std::size_t slot_of(std::uint64_t key) const noexcept {
    const std::uint64_t mixed = key * 0x9e3779b97f4a7c15ULL;  // 2^64 / golden ratio
    return mixed >> (64 - std::bit_width(slots_.size() - 1));
  }

  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (!slot.used) continue;
      std::size_t at = slot_of(slot.key);
      while (slots_[at].used) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(kFirstSize);
  std::size_t count_ = 0;
};

}  // namespace loadstar::geo
