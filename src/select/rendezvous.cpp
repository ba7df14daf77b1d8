#include "loadstar/select/rendezvous.hpp"

#include <algorithm>
#include <array>

#include "loadstar/select/limits.hpp"

namespace loadstar::select {

Rendezvous::Rendezvous(std::vector<RendezvousMember> members) : members_(std::move(members)) {
  alike_ = std::ranges::all_of(members_, [&](const RendezvousMember& member) {
    return member.inverse_weight == members_.front().inverse_weight;
  });
}

std::size_t Rendezvous::rank(std::uint64_t key, std::span<std::uint16_t> out) const noexcept {
  std::array<double, kMaxPicked> costs;  // of out[0 … count), ascending
  const std::size_t room = std::min(out.size(), kMaxPicked);
  std::size_t count = 0;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const double number = cost(key, members_[i]);
    std::size_t slot = count;
    while (slot > 0 && costs[slot - 1] > number) --slot;
    if (slot == room) continue;
    count = std::min(count + 1, room);
    for (std::size_t j = count - 1; j > slot; --j) {
      costs[j] = costs[j - 1];
      out[j] = out[j - 1];
    }
    costs[slot] = number;
    out[slot] = static_cast<std::uint16_t>(i);
  }
  return count;
}

}  // namespace loadstar::select
