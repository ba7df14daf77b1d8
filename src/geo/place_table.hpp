#pragma once
// Places in parts, each part stored once. A City database laid over an ASN database has hundreds of
// thousands of combinations; as geo::Place they would take 300 bytes each, in parts it is 8.

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "loadstar/geo/place.hpp"

#include "number_index.hpp"

namespace loadstar::geo {

/// Numbers distinct items in the order in which they come.
template <class Item, class Hash>
class Interner {
 public:
  std::uint32_t intern(const Item& item) {
    const auto [at, is_new] = indices_.try_emplace(item, static_cast<std::uint32_t>(items_.size()));
    if (is_new) items_.push_back(item);
    return at->second;
  }
  [[nodiscard]] const Item& operator[](std::uint32_t index) const { return items_[index]; }
  [[nodiscard]] const std::vector<Item>& items() const noexcept { return items_; }
  /// No item can be added from then on.
  void freeze() {
    indices_ = {};
    items_.shrink_to_fit();
  }

 private:
  std::vector<Item> items_;
  std::unordered_map<Item, std::uint32_t, Hash> indices_;
};

/// Hashes plain values as bytes.
struct HashBytes {
  template <class Item>
  std::size_t operator()(const Item& item) const noexcept {
    static_assert(std::has_unique_object_representations_v<Item>);
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(&item), sizeof item});
  }
};

/// What a City or Country database says: words by number, coordinates in units of 1e-7 degrees (1
/// cm).
struct Location {
  static constexpr std::int32_t kNowhere = INT32_MIN;

  std::uint32_t continent = 0;
  std::uint32_t country = 0;
  std::uint32_t subdivisions = 0;  ///< joined by commas
  std::uint32_t city = 0;
  std::int32_t latitude = kNowhere;
  std::int32_t longitude = kNowhere;

  friend bool operator==(const Location&, const Location&) = default;
};

/// What an ASN database says.
struct System {
  std::uint32_t asn = 0;
  std::uint32_t organization = 0;

  friend bool operator==(const System&, const System&) = default;
};

/// Every place, by index; index 0 is the unknown one, and so is number 0 of each part.
class PlaceTable {
 public:
  PlaceTable();

  [[nodiscard]] std::uint32_t add_word(std::string_view text);
  [[nodiscard]] std::uint32_t add_location(const Location& location);
  [[nodiscard]] std::uint32_t add_system(const System& system);
  /// Fast when it has seen the combination before.
  [[nodiscard]] std::uint32_t add_place(std::uint32_t location, std::uint32_t system);
  /// The place that has all of this.
  [[nodiscard]] std::uint32_t add(const Place& place);
  /// Nothing is added from then on.
  void freeze();

  [[nodiscard]] Place place(std::uint32_t index) const;
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(places_.size());
  }
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  struct Parts {
    std::uint32_t location = 0;
    std::uint32_t system = 0;
  };

  Interner<std::string, std::hash<std::string>> words_;
  Interner<Location, HashBytes> locations_;
  Interner<System, HashBytes> systems_;
  std::vector<Parts> places_;
  NumberIndex combinations_;
};

/// Degrees as Location has them; kNowhere for what is out of range or not a number.
[[nodiscard]] std::int32_t fixed_degrees(double degrees, double most) noexcept;

}  // namespace loadstar::geo
