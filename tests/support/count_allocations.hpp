#pragma once
// Counts every allocation of the program. Replaces the global operators, so it is included by one
// file of a program only.

#include <atomic>
#include <cstdlib>
#include <new>

namespace loadstar::test {
inline std::atomic<std::size_t> allocations{0};
}

// Not inlined: g++ else takes one half of a pair for a mismatch with the other. The nothrow form,
// too: sanitizers would else bring one of their own, whose memory ours would free
// (std::stable_sort).
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++loadstar::test::allocations;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* const memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
