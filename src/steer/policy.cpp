#include "loadstar/steer/policy.hpp"

#include "choose.hpp"
#include "compiler.hpp"

namespace loadstar::steer {
namespace {

std::optional<geo::Partition> partition_for(Compiler& compiler, Curiosity curiosity,
                                            const geo::Databases& databases) {
  const auto& lists = compiler.cidr_sets().lists();
  if (!curiosity.place && !curiosity.cidrs) {
    static_cast<void>(compiler.classify({}, std::vector<bool>(lists.size())));
    return std::nullopt;
  }
  // Rules that look at cidrs only need not be worked out for millions of networks.
  const auto nothing = geo::Databases::open({});
  const geo::Databases& asked = curiosity.place ? databases : *nothing;
  return geo::Partition::build(asked, lists,
                               [&](std::uint32_t place, const std::vector<bool>& in_set) {
                                 return compiler.classify(asked.place(place), in_set);
                               });
}

}  // namespace

Policy::Policy(std::shared_ptr<const model::Policy> model, std::uint32_t index)
    : index_(index), model_(std::move(model)) {}

std::shared_ptr<const Policy> Policy::compile(std::shared_ptr<const model::Policy> policy,
                                              const geo::Databases& databases, PoolIndex& pools,
                                              model::OnAllDown server_default,
                                              std::uint32_t index) {
  const std::shared_ptr<Policy> compiled(new Policy(std::move(policy), index));
  Compiler compiler(*compiled->model_, pools, server_default);
  auto partition = partition_for(compiler, curiosity_of(*compiled->model_), databases);
  const std::vector<bool> in_none(compiler.cidr_sets().lists().size());
  compiled->default_class_ = compiler.classify({}, in_none);
  compiled->plans_ = std::move(compiler.plans());
  if (compiled->plans_.size() > 1) compiled->partition_ = std::move(partition);
  return compiled;
}

Selection Policy::choose_among(const geo::Membership& member, const Client& client, LivePools pools,
                               Dice& dice) const noexcept {
  NullTrace trace;
  return steer::choose(*this, member, client, pools, dice, trace);
}

std::size_t Policy::memory_bytes() const noexcept {
  std::size_t bytes = sizeof *this + plans_.capacity() * sizeof(Plan);
  for (const Plan& plan : plans_) bytes += plan.pools.capacity() * sizeof(PlanPool);
  return bytes + (partition_ ? partition_->memory_bytes() : 0);
}

}  // namespace loadstar::steer
