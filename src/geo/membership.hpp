#pragma once
// Which cidr sets an address is in, for all addresses of a family: lists of prefixes, nested and
// overlapping as they like, become runs of a number that stands for one combination of sets.

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/geo/runs.hpp"

namespace loadstar::geo {

/// The combinations of sets that occur, numbered; number 0 is "in none". Shared by both families.
/// One set more than the caller's is kept: the IPv6 addresses that carry an IPv4 address.
class Memberships {
 public:
  explicit Memberships(std::span<const std::vector<base::Prefix>> sets);

  [[nodiscard]] Runs<Number32> runs_v4();
  [[nodiscard]] Runs<Number128> runs_v6();

  /// By set index; as many as the caller gave.
  [[nodiscard]] const std::vector<bool>& sets_of(std::uint32_t combination) const {
    return combinations_[combination].in_set;
  }
  [[nodiscard]] bool carries_v4(std::uint32_t combination) const {
    return combinations_[combination].carries_v4;
  }

 private:
  struct Combination {
    std::vector<bool> in_set;
    bool carries_v4 = false;

    friend auto operator<=>(const Combination&, const Combination&) = default;
  };

  /// A set begins or ends to cover addresses here.
  template <class Number>
  struct Edge {
    Number at = 0;
    std::size_t set = 0;
    int step = 0;  ///< +1 or -1
  };

  template <class Number>
  static void add_edges(std::vector<Edge<Number>>& edges, std::size_t set, Number first,
                        unsigned bits);
  template <class Number>
  [[nodiscard]] Runs<Number> sweep(std::vector<Edge<Number>> edges);
  [[nodiscard]] std::uint32_t number_of_combination(const std::vector<int>& depths);

  std::span<const std::vector<base::Prefix>> sets_;
  std::vector<Combination> combinations_;
  std::map<Combination, std::uint32_t> numbers_;
};

}  // namespace loadstar::geo
