#include "json_repeated_keys.hpp"

#include <bit>
#include <cstdint>
#include <fmt/format.h>
#include <functional>

#include "loadstar/base/huge_pages.hpp"

namespace loadstar::model::json {
namespace {

constexpr std::size_t kFewKeys = 8;

/// The keys of an object that have been seen.
class KeySet {
 public:
  KeySet(std::span<const Node> object, std::size_t count)
      : object_(object), slots_(std::bit_ceil(count * 2)) {}

  /// False when the key of the member at `place` in the object was there.
  bool insert(std::size_t place) {
    const std::string_view key = object_[place].key;
    const std::size_t hash = std::hash<std::string_view>{}(key);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t i = hash;; ++i) {
      Slot& slot = slots_[i & (slots_.size() - 1)];
      if (slot.place == 0) {
        slot = {tag, static_cast<std::uint32_t>(place)};
        return true;
      }
      if (slot.tag == tag && object_[slot.place].key == key) return false;
    }
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t place = 0;  // 0 is the object itself, and stands for none
  };

  std::span<const Node> object_;
  base::HugeVector<Slot> slots_;
};

bool stands_before(std::span<const Node> object, std::size_t place) {
  for (std::size_t earlier = 1; earlier != place; earlier += object[earlier].size) {
    if (object[earlier].key == object[place].key) return true;
  }
  return false;
}

/// Calls `is_repeated` with the place of each member.
template <class IsRepeated>
void report_each(std::span<const Node> object, IsRepeated is_repeated,
                 std::vector<Problem>& problems) {
  for (std::size_t place = 1; place < object.size(); place += object[place].size) {
    const Node& member = object[place];
    if (!is_repeated(place)) continue;
    problems.push_back(
        {member.key_offset, fmt::format("\"{}\" is given twice in this object", member.key)});
  }
}

}  // namespace

void find_repeated_keys(std::span<const Node> object, std::size_t count,
                        std::vector<Problem>& problems) {
  if (count < 2) return;
  if (count <= kFewKeys) {
    const auto compared = [&](std::size_t place) { return stands_before(object, place); };
    return report_each(object, compared, problems);
  }
  KeySet keys(object, count);
  report_each(object, [&](std::size_t place) { return !keys.insert(place); }, problems);
}

}  // namespace loadstar::model::json
