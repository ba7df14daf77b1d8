#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace loadstar::select {

/// Smooth weighted round robin, as nginx does it: every member comes exactly weight times in each
/// round of as many picks as the weights sum up to, and those of one member lie apart. 5:1:1 gives
/// a a b a c a a. For one thread; O(members) a pick.
class SmoothWeighted {
 public:
  /// Members of weight 0 are never picked, unless all are 0: then all are alike. `weights` must not
  /// be empty.
  explicit SmoothWeighted(std::span<const std::uint32_t> weights);

  /// The index of the next member.
  [[nodiscard]] std::size_t next() noexcept;

 private:
  struct Member {
    std::int64_t weight = 0;
    std::int64_t credit =
        0;  // rises by weight each pick, falls by the total when picked; the sum of all is 0
  };

  std::vector<Member> members_;
  std::int64_t total_ = 0;
};

}  // namespace loadstar::select
