#include "loadstar/base/huge_pages.hpp"

#include <cstdint>
#include <sys/mman.h>

namespace loadstar::base {
namespace {

constexpr std::size_t kHugePage = 2 << 20;
constexpr std::align_val_t kCacheLine{64};

constexpr bool is_huge(std::size_t bytes) noexcept { return bytes >= kHugePage; }

constexpr std::size_t in_whole_pages(std::size_t bytes) noexcept {
  return (bytes + kHugePage - 1) / kHugePage * kHugePage;
}

}  // namespace

// From the system, not from the heap, so that all of it goes back when it is freed.
void* allocate_huge(std::size_t bytes) {
  if (!is_huge(bytes)) return ::operator new(bytes, kCacheLine);
  const std::size_t size = in_whole_pages(bytes);
  void* const mapped =
      ::mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  // What lies before the first whole page, and behind the last.
  auto* const start = static_cast<std::byte*>(mapped);
  const std::size_t before =
      (kHugePage - reinterpret_cast<std::uintptr_t>(start) % kHugePage) % kHugePage;
  if (before != 0) ::munmap(start, before);
  if (before != kHugePage) ::munmap(start + before + size, kHugePage - before);
  // A system without huge pages serves as well, only slower.
  static_cast<void>(::madvise(start + before, size, MADV_HUGEPAGE));
  return start + before;
}

void free_huge(void* memory, std::size_t bytes) noexcept {
  if (is_huge(bytes))
    ::munmap(memory, in_whole_pages(bytes));
  else
    ::operator delete(memory, kCacheLine);
}

}  // namespace loadstar::base
