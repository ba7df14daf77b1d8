#include "json_repeated_keys.hpp"

#include <bit>
#include <fmt/format.h>
#include <functional>

#include "loadstar/base/huge_pages.hpp"

namespace loadstar::model::json {
namespace {

constexpr std::size_t kFewKeys = 8;

/// Keys that have been seen.
class KeySet {
 public:
  explicit KeySet(std::size_t count) : slots_(std::bit_ceil(count * 2)) {}

  /// False when it was there.
  bool insert(std::string_view key) {
    const std::size_t hash = std::hash<std::string_view>{}(key);
    for (std::size_t i = hash;; ++i) {
      std::string_view& slot = slots_[i & (slots_.size() - 1)];
      if (slot.data() == nullptr) {
        slot = key;
        return true;
      }
      if (slot == key) return false;
    }
  }

 private:
  base::HugeVector<std::string_view> slots_;
};

void report(Value member, std::vector<Problem>& problems) {
  problems.push_back(
      {member.key_offset(), fmt::format("\"{}\" is given twice in this object", member.key())});
}

void compare_all(Children members, std::vector<Problem>& problems) {
  for (auto later = members.begin(); later != members.end(); ++later) {
    for (auto earlier = members.begin(); earlier != later; ++earlier) {
      if ((*earlier).key() != (*later).key()) continue;
      report(*later, problems);
      break;
    }
  }
}

}  // namespace

void find_repeated_keys(Value object, std::size_t count, std::vector<Problem>& problems) {
  if (count < 2) return;
  if (count <= kFewKeys) return compare_all(object.children(), problems);
  KeySet keys(count);
  for (const Value member : object.children()) {
    if (!keys.insert(member.key())) report(member, problems);
  }
}

}  // namespace loadstar::model::json
