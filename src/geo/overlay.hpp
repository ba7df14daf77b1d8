#pragma once
// Cursors go through the addresses of a family from first to last, run by run: value(), last(),
// advance(). They come from search trees, from lists, from one value for all; overlay() lays two of
// them over each other.

#include <algorithm>
#include <bit>
#include <cstdint>

#include "loadstar/geo/runs.hpp"

namespace loadstar::geo {

/// Goes through both at once; `combine` makes one value of two.
template <class Number, class CursorA, class CursorB, class Combine>
[[nodiscard]] Runs<Number> overlay(CursorA a, CursorB b, Combine combine) {
  Runs<Number> result;
  Number first = 0;
  for (;;) {
    result.append(first, combine(a.value(), b.value()));
    const Number last = std::min<Number>(a.last(), b.last());
    if (last == Runs<Number>::kLast) return result;
    if (a.last() == last) a.advance();
    if (b.last() == last) b.advance();
    first = static_cast<Number>(last + 1);
  }
}

}  // namespace loadstar::geo
