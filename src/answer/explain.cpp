#include "loadstar/answer/explain.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "loadstar/wire/types.hpp"

#include "composer.hpp"
#include "contents.hpp"

namespace loadstar::answer {
namespace {

using zone::Match;
using zone::NameRecord;

std::string name_of(const NameRecord& record) {
  return wire::Name::from_wire({record.name(), record.name_length()})->to_string();
}

/// Follows one question through the names, telling each step.
class Explainer {
 public:
  Explainer(const State& state, std::uint16_t type, const steer::Client& client, std::uint64_t seed)
      : state_(state),
        contents_(state.snapshot->contents()),
        type_(type),
        client_(client),
        pool_turns_(state.pools.size() * steer::Dice::kTurnsOfPool),
        policy_turns_(contents_.policy_count),
        dice_{base::Random(seed), draws_.get(), 0, pool_turns_, policy_turns_} {}

  Explanation explain(wire::Name name) {
    for (std::size_t hop = 0; hop < kMaxChain; ++hop) {
      const wire::Name lowered = name.lowered();
      const Match match = contents_.catalog->find(lowered.bytes().data(), lowered.length());
      const auto target = at_match(name, match);
      if (!target) break;
      name = *target;
    }
    return std::move(result_);
  }

 private:
  using Target = std::optional<wire::Name>;

  void note(std::string name, std::string text, std::string detail) {
    result_.steps.push_back(
        {0, std::move(name), std::move(text), steer::Mark::Note, std::move(detail)});
  }

  Target end(std::string outcome) {
    result_.outcome = std::move(outcome);
    return std::nullopt;
  }

  Target at_match(const wire::Name& name, const Match& match) {
    const std::string text = name.to_string();
    switch (match.kind) {
      case Match::Kind::NotOurs:
        note("name", text, "outside every zone that is served here");
        return end(result_.answer.empty() ? "refused" : "answer");
      case Match::Kind::NxDomain:
        note("name", text, fmt::format("does not exist in the zone {}", origin_of(*match.record)));
        return end("no such name");
      case Match::Kind::Delegation:
        note("name", text, fmt::format("is delegated at {}", name_of(*match.record)));
        return end("referral");
      case Match::Kind::Dname:
        note("name", text, fmt::format("is redirected by the DNAME at {}", name_of(*match.record)));
        return end("answer");
      case Match::Kind::Wildcard:
        note("name", text,
             fmt::format("is answered from the wildcard {} of the zone {}", name_of(*match.record),
                         origin_of(*match.record)));
        return at_node(*match.record);
      case Match::Kind::Node:
        note("name", text, fmt::format("is in the zone {}", origin_of(*match.record)));
        return at_node(*match.record);
    }
    return std::nullopt;
  }

  std::string origin_of(const NameRecord& record) const {
    return contents_.catalog->zone(record.zone()).origin.to_string();
  }

  Target at_node(const NameRecord& record) {
    if (const auto* const entry = record.find(type_)) {
      note("records", wire::type_to_string(type_),
           fmt::format("{} static {}, the same for every client", entry->count,
                       entry->count == 1 ? "record" : "records"));
      return end("answer");
    }
    if (const auto* const cname = record.find(wire::type::kCname)) {
      const auto target = wire::Name::from_wire(record.records(*cname).subspan(12));
      note("alias", name_of(record), fmt::format("is an alias of {}", target->to_string()));
      result_.answer.push_back("CNAME " + target->to_string());
      return target;
    }
    const zone::RRsetEntry* const mark = record.steered();
    if (mark != nullptr && is_steered(type_, *mark, contents_.steered[mark->offset]))
      return at_steered(*mark);
    note("records", wire::type_to_string(type_), "there is no such type at this name");
    return end("no data");
  }

  Target at_steered(const zone::RRsetEntry& mark) {
    const SteeredName& name = contents_.steered[mark.offset];
    note("policy", name.policy->model().name, "decides");
    steer::Explanation chosen =
        steer::explain(*name.policy, *contents_.databases, client_, state_.pools.live(), dice_);
    std::ranges::move(chosen.steps, std::back_inserter(result_.steps));
    result_.scope_bits = chosen.selection.scope_bits;
    switch (chosen.selection.outcome) {
      case steer::Outcome::NoData: return end("no data");
      case steer::Outcome::ServFail: return end("servfail");
      case steer::Outcome::Refused: return end("refused");
      case steer::Outcome::Pool: break;
    }
    const steer::PoolView& view = state_.pools[chosen.selection.pool];
    result_.ttl = std::clamp(view.settled_seconds(), name.ttl_min, name.ttl_max);
    for (const steer::PickedEndpoint& picked : chosen.endpoints) add_endpoint(view, picked);
    return end(result_.answer.empty() ? "no data" : "answer");
  }

  void add_endpoint(const steer::PoolView& view, const steer::PickedEndpoint& picked) {
    const model::Endpoint& endpoint = view.pool().endpoints[picked.endpoint];
    const bool v4 = picked.family == base::Family::V4;
    if (view.is_cname()) return result_.answer.push_back("CNAME " + endpoint.cname);
    const bool both = type_ == wire::type::kHttps;
    if (both || type_ == (v4 ? wire::type::kA : wire::type::kAaaa))
      result_.answer.push_back((v4 ? endpoint.a : endpoint.aaaa)->to_string());
  }

  const State& state_;
  const Snapshot::Contents& contents_;
  std::uint16_t type_;
  steer::Client client_;
  std::vector<std::uint32_t> pool_turns_;
  std::vector<std::uint32_t> policy_turns_;
  std::unique_ptr<steer::Draws> draws_ = std::make_unique<steer::Draws>();
  steer::Dice dice_;
  Explanation result_;
};

}  // namespace

Explanation explain(const State& state, const wire::Name& name, std::uint16_t type,
                    const steer::Client& client, std::uint64_t seed) {
  return Explainer(state, type, client, seed).explain(name);
}

}  // namespace loadstar::answer
