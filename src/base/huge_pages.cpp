#include "loadstar/base/huge_pages.hpp"

#include <cstdlib>
#include <sys/mman.h>

namespace loadstar::base {
namespace {

constexpr std::size_t kHugePage = 2 << 20;
constexpr std::align_val_t kCacheLine{64};

constexpr bool is_huge(std::size_t bytes) noexcept { return bytes >= kHugePage; }

}  // namespace

void* allocate_huge(std::size_t bytes) {
  if (!is_huge(bytes)) return ::operator new(bytes, kCacheLine);
  const std::size_t whole = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  void* const memory = std::aligned_alloc(kHugePage, whole);
  if (memory == nullptr) throw std::bad_alloc();
  // A system without huge pages serves as well, only slower.
  static_cast<void>(::madvise(memory, whole, MADV_HUGEPAGE));
  return memory;
}

void free_huge(void* memory, std::size_t bytes) noexcept {
  if (is_huge(bytes))
    std::free(memory);
  else
    ::operator delete(memory, kCacheLine);
}

}  // namespace loadstar::base
