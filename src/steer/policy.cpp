#include "loadstar/steer/policy.hpp"

#include "choose.hpp"
#include "compiler.hpp"

namespace loadstar::steer {
namespace {

/// The class of every place, when rules look at places only.
std::shared_ptr<const geo::Partition> partition_by_place(Compiler& compiler,
                                                         const geo::Databases& databases) {
  std::vector<std::uint32_t> class_of(databases.place_count());
  const std::vector<bool> in_none(compiler.cidr_sets().lists().size());
  for (std::uint32_t place = 0; place < class_of.size(); ++place)
    class_of[place] = compiler.classify(databases.place(place), in_none);
  if (compiler.plans().size() == 1) return nullptr;
  return geo::Partition::by_place(databases, std::move(class_of));
}

/// Null when all clients are of one class.
std::shared_ptr<const geo::Partition> partition_for(Compiler& compiler, Curiosity curiosity,
                                                    const geo::Databases& databases) {
  const auto& lists = compiler.cidr_sets().lists();
  if (!curiosity.cidrs) {
    if (curiosity.place) return partition_by_place(compiler, databases);
    static_cast<void>(compiler.classify({}, std::vector<bool>(lists.size())));
    return nullptr;
  }
  // Rules that look at cidrs only need not be worked out for millions of networks.
  const auto nothing = geo::Databases::open({});
  const geo::Databases& asked = curiosity.place ? databases : *nothing;
  auto partition = geo::Partition::build(asked, lists,
                                         [&](std::uint32_t place, const std::vector<bool>& in_set) {
                                           return compiler.classify(asked.place(place), in_set);
                                         });
  if (compiler.plans().size() == 1) return nullptr;
  return std::make_shared<const geo::Partition>(std::move(partition));
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
  compiled->partition_ = partition_for(compiler, curiosity_of(*compiled->model_), databases);
  const std::vector<bool> in_none(compiler.cidr_sets().lists().size());
  compiled->default_class_ = compiler.classify({}, in_none);
  compiled->plans_ = std::move(compiler.plans());
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
