#pragma once
// Memory for large tables that are read at random: in pages of 2 MiB where the system has some, so
// that an access does not have to look for the page as well.

#include <cstddef>
#include <new>
#include <vector>

namespace loadstar::base {

/// Throws std::bad_alloc. What is smaller than a huge page comes from the ordinary heap.
[[nodiscard]] void* allocate_huge(std::size_t bytes);
void free_huge(void* memory, std::size_t bytes) noexcept;

/// An allocator for containers.
template <class T>
struct HugePages {
  using value_type = T;

  HugePages() = default;
  template <class Other>
  explicit HugePages(const HugePages<Other>&) noexcept {}

  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(allocate_huge(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) noexcept { free_huge(memory, count * sizeof(T)); }

  friend bool operator==(const HugePages&, const HugePages&) noexcept { return true; }
};

template <class T>
using HugeVector = std::vector<T, HugePages<T>>;

}  // namespace loadstar::base
