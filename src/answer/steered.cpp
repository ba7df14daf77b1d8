// Answers of steered names: the policy chooses a pool for the client, the pool picks endpoints, and
// their addresses become records.
#include "steered.hpp"

#include <algorithm>

#include "composer.hpp"

namespace loadstar::answer {

using zone::NameRecord;

/// Asks the policy, and settles the outcomes that need no records; nullopt: settled.
std::optional<steer::Selection> Composer::select(const SteeredName& name) noexcept {
  const steer::Selection selection = name.policy->choose(client_, pools_, chance_.for_type(type_));
  draft_.scope_bits = std::max(draft_.scope_bits, selection.scope_bits);
  switch (selection.outcome) {
    case steer::Outcome::Pool:
    case steer::Outcome::NoData: return selection;
    case steer::Outcome::ServFail: draft_.fail(wire::Rcode::ServFail, Reason::ServFail); break;
    case steer::Outcome::Refused:
      draft_.fail(wire::Rcode::Refused, Reason::Refused, Ede::Prohibited);
      break;
  }
  return std::nullopt;
}

Composer::Next Composer::steer(std::uint16_t type, Hop& hop, const NameRecord& record) noexcept {
  const zone::RRsetEntry& mark = *record.steered();
  const SteeredName& name = contents_.steered[mark.offset];
  if (is_steered(type, mark, name)) {
    const auto selection = select(name);
    if (!selection) return Next::Done;
    if (answers(type, *selection)) return write_selected(type, hop, name, *selection);
  }
  negative(wire::Rcode::NoError, record.zone());
  return Next::Done;
}

/// The chosen pool has the type; what it lacks is NODATA, never another pool's.
bool Composer::answers(std::uint16_t type, const steer::Selection& selection) const noexcept {
  if (selection.outcome != steer::Outcome::Pool) return false;
  const steer::PoolView& view = *pools_[selection.pool];
  if (view.is_cname()) return true;
  switch (type) {
    case wire::type::kA: return view.has(base::Family::V4);
    case wire::type::kAaaa: return view.has(base::Family::V6);
    case wire::type::kHttps: return true;
    default: return false;
  }
}

Composer::Next Composer::write_selected(std::uint16_t type, Hop& hop, const SteeredName& name,
                                        const steer::Selection& selection) noexcept {
  const steer::PoolView& view = *pools_[selection.pool];
  if (view.is_cname()) {
    std::array<std::uint16_t, 1> picked{};
    (void)pick(base::Family::V4, selection, picked);
    const wire::Name& target = contents_.cname_targets[selection.pool][picked[0]];
    return write_cname(type, hop, ttl_of(name, view), target.bytes());
  }
  if (type == wire::type::kHttps)
    write_https(hop, name, selection);
  else
    write_addresses(owner_of(hop), type, name, selection);
  return Next::Done;
}

std::size_t Composer::pick(base::Family family, const steer::Selection& selection,
                           std::span<std::uint16_t> out) noexcept {
  return pools_[selection.pool]->pick(family, selection.from, client_, selection.hash_bits,
                                      selection.pool, chance_.for_type(type_), out);
}

void Composer::write_addresses(Name owner, std::uint16_t type, const SteeredName& name,
                               const steer::Selection& selection) noexcept {
  const base::Family family = type == wire::type::kAaaa ? base::Family::V6 : base::Family::V4;
  const steer::PoolView& view = *pools_[selection.pool];
  const std::uint32_t ttl = ttl_of(name, view);
  std::array<std::uint16_t, kMaxPicks> picked;
  const std::size_t count = pick(family, selection, picked);
  for (std::size_t i = 0; i < count; ++i) {
    const auto address = address_of(view, family, picked[i]);
    write_owner(owner);
    write_fixed(type, ttl, address.size());
    draft_.writer.bytes(address);
  }
  draft_.count(Section::Answer, count);
  if (!draft_.writer.ok()) truncate();
}

/// One record in ServiceMode for the name itself, hints from the endpoints that A and AAAA would
/// give (RFC 9460 7.3).
void Composer::write_https(const Hop& hop, const SteeredName& name,
                           const steer::Selection& selection) noexcept {
  const steer::PoolView& view = *pools_[selection.pool];
  const std::size_t rdata = begin_record(owner_of(hop), wire::type::kHttps, ttl_of(name, view));
  draft_.writer.bytes(name.https);
  std::array<std::uint16_t, kMaxPicks> picked;
  for (const base::Family family : {base::Family::V4, base::Family::V6}) {
    const std::size_t count = view.has(family) ? pick(family, selection, picked) : 0;
    if (count == 0) continue;
    const std::size_t bytes = base::bits_of(family) / 8U;
    draft_.writer.u16(family == base::Family::V4 ? kIpv4Hint : kIpv6Hint);
    draft_.writer.u16(static_cast<std::uint16_t>(count * bytes));
    for (std::size_t i = 0; i < count; ++i)
      draft_.writer.bytes(address_of(view, family, picked[i]));
  }
  end_answer(rdata);
}

}  // namespace loadstar::answer
