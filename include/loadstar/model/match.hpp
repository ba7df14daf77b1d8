#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/base/diagnostic.hpp"

namespace loadstar::model {

struct Match;

/// A named set of clients.
struct Area {
  std::string name;
  std::shared_ptr<const Match> match;
  base::Where where;
};

/// Which clients: the keys that are given are ANDed, the values of a key ORed, `excluded` ("not")
/// subtracts. No key: everyone.
struct Match {
  std::vector<std::string> continents;    ///< "AF" "AN" "AS" "EU" "NA" "OC" "SA"
  std::vector<std::string> countries;     ///< ISO 3166-1 alpha-2, upper case
  std::vector<std::string> subdivisions;  ///< "US-VA": country, hyphen, ISO 3166-2 code, upper case
  std::vector<std::uint32_t> asns;
  std::vector<base::Prefix> cidrs;
  std::vector<std::shared_ptr<const Area>> areas;
  std::shared_ptr<const Match> excluded;  ///< null when there is no "not"
  base::Where where;

  /// True when nothing is asked, so that every client matches.
  [[nodiscard]] bool everyone() const noexcept {
    return continents.empty() && countries.empty() && subdivisions.empty() && asns.empty() &&
           cidrs.empty() && areas.empty() && excluded == nullptr;
  }
};

}  // namespace loadstar::model
