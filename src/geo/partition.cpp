#include "loadstar/geo/partition.hpp"

#include <cassert>
#include <optional>
#include <utility>

#include "block.hpp"
#include "membership.hpp"
#include "number_index.hpp"
#include "overlay.hpp"
#include "partition_memo.hpp"
#include "poptrie_builder.hpp"

namespace loadstar::geo {
namespace {

constexpr std::uint32_t kMostClasses = 1U << 22U;
/// Stands in the IPv6 table where addresses carry an IPv4 address, so that no block around it can
/// be called uniform. A look-up does not come there.
constexpr std::uint32_t kCarriesV4 = kMostClasses;
/// A small partition should not cost a megabyte, nor that of one office network 16 KiB.
constexpr std::size_t kFewRuns = 1024;
constexpr std::size_t kVeryFewRuns = 16;
template <class Number>
unsigned direct_bits(std::size_t runs) {
  constexpr bool kIsV4 = sizeof(Number) == 4;
  if (runs == 1) return 0;
  if (runs <= kVeryFewRuns) return kIsV4 ? 6 : 4;
  if (runs <= kFewRuns) return kIsV4 ? 12 : 10;
  return kIsV4 ? 18 : 16;
}

/// Asks for the class of each combination of place and sets once.
class Classes {
 public:
  Classes(const Memberships& memberships, const Partition::Classify& classify)
      : memberships_(memberships), classify_(classify) {}

  [[nodiscard]] std::uint32_t of(std::uint32_t place, std::uint32_t combination) {
    return known_.get(std::uint64_t{combination} << 32 | place, [&] {
      const std::uint32_t result = classify_(place, memberships_.sets_of(combination));
      assert(result < kMostClasses);
      return result;
    });
  }

 private:
  const Memberships& memberships_;
  const Partition::Classify& classify_;
  NumberIndex known_;
};

template <class Number>
Poptrie compile(const Runs<Number>& classes) {
  return Poptrie::build<Number>(BlockCursor<Number>(classes), classes.size(),
                                direct_bits<Number>(classes.size()));
}

}  // namespace

Partition Partition::build(const Databases& databases,
                           std::span<const std::vector<base::Prefix>> cidr_sets,
                           const Classify& classify) {
  Memberships memberships(cidr_sets);
  Classes classes(memberships, classify);
  return make(databases, memberships, [&](std::uint32_t place, std::uint32_t combination) {
    return classes.of(place, combination);
  });
}

std::shared_ptr<const Partition> Partition::by_place(const Databases& databases,
                                                     std::vector<std::uint32_t> class_of) {
  return databases.partitions().get(
      std::move(class_of), [&](const std::vector<std::uint32_t>& classes) {
        Memberships none{{}};
        return std::make_shared<const Partition>(
            make(databases, none, [&](std::uint32_t place, std::uint32_t) {
              assert(classes[place] < kMostClasses);
              return classes[place];
            }));
      });
}

template <class ClassOf>
Partition Partition::make(const Databases& databases, Memberships& memberships, ClassOf class_of) {
  Partition partition;

  const Runs<Number32> sets_v4 = memberships.runs_v4();
  const Runs<Number32> v4 = overlay<Number32>(Runs<Number32>::Cursor(databases.runs_v4()),
                                              Runs<Number32>::Cursor(sets_v4), class_of);
  partition.v4_ = compile(v4);
  partition.v4_is_uniform_ = v4.size() == 1;
  const std::uint32_t carrier = partition.v4_is_uniform_ ? v4.at(0) : kCarriesV4;

  const Runs<Number128> sets_v6 = memberships.runs_v6();
  const Runs<Number128> v6 = overlay<Number128>(
      Runs<Number128>::Cursor(databases.runs_v6()), Runs<Number128>::Cursor(sets_v6),
      [&](std::uint32_t place, std::uint32_t sets) {
        return memberships.carries_v4(sets) ? carrier : class_of(place, sets);
      });
  partition.v6_ = compile(v6);
  return partition;
}

Membership Partition::look_up_carrier(const base::Address& client) const noexcept {
  if (!v4_is_uniform_) {
    if (const auto inner = base::embedded_v4(client)) {
      Membership result = look_up(inner->address);
      result.scope_bits = static_cast<std::uint8_t>(result.scope_bits + inner->bits_before);
      return result;
    }
  }
  return membership_of(*leaf(entry(client), client));
}

std::size_t Partition::memory_bytes() const noexcept {
  return sizeof *this + v4_.memory_bytes() + v6_.memory_bytes();
}

}  // namespace loadstar::geo
