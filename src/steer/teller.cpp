#include "teller.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "words.hpp"

namespace loadstar::steer {
namespace {

constexpr Mark mark(bool accepted) noexcept { return accepted ? Mark::Accepted : Mark::Rejected; }

}  // namespace

void Teller::key(const model::Match& match, MatchKey key, bool held) {
  keys_.push_back(words::key(match, key, held, place_));
}

void Teller::rule(std::uint32_t index, bool matched) {
  std::string why = keys_.empty() ? "matches everyone" : fmt::format("{}", fmt::join(keys_, "; "));
  keys_.clear();
  tell({3, "rule", fmt::format("rule \"{}\"", policy_.model().rules[index].name), mark(matched),
        std::move(why)});
}

void Teller::tried(const PlanPool& listed, bool usable) {
  if (std::ranges::find(told_, listed.pool) != told_.end()) return;
  told_.push_back(listed.pool);
  tell_pool(listed.pool, mark(usable));
}

void Teller::tell_pool(std::uint32_t index, Mark usable) {
  const PoolView& view = *pools_[index];
  tell({6, "pool", pool_text(index), usable, words::counts(view)});
  for (std::size_t i = 0; i < view.states().size(); ++i) {
    const model::Endpoint& endpoint = view.pool().endpoints[i];
    tell({4, "state", fmt::format("endpoint \"{}\"", endpoint.id), Mark::Note,
          words::state(endpoint, view.states()[i])});
  }
}

std::string Teller::pool_text(std::uint32_t index) const {
  return fmt::format("pool \"{}\"", pools_[index]->pool().name);
}

}  // namespace loadstar::steer
