#pragma once
// What the records of the known databases mean: GeoLite2 and GeoIP2 (City, Country, Enterprise,
// ASN, ISP) and DB-IP, which follows them.

#include <cstdint>
#include <string_view>

#include "mmdb.hpp"
#include "number_index.hpp"
#include "place_table.hpp"
#include "record.hpp"

namespace loadstar::geo {

/// How good a database is at a role; of several the highest serves.
enum class Rank : std::uint8_t { None, Fair, Good };

struct Kind {
  Rank location = Rank::None;  ///< Good: to the city; Fair: the country only
  Rank system = Rank::None;    ///< Good: made for it; Fair: among other things

  [[nodiscard]] bool useful() const noexcept {
    return location != Rank::None || system != Rank::None;
  }
};

/// By what metadata calls the database ("GeoLite2-City", "DBIP-ASN-Lite (compat=GeoLite2-ASN)"); if
/// that says nothing, by the first record. Throws base::ConfigError when there is none to be found
/// for broken insides.
[[nodiscard]] Kind kind_of(const Mmdb& database);

/// Adds what a record says to the table and returns the number of the part.
using ReadPart = std::uint32_t (*)(RecordReader& reader, const Value& record, PlaceTable& table);
std::uint32_t read_location(RecordReader& reader, const Value& record, PlaceTable& table);
std::uint32_t read_system(RecordReader& reader, const Value& record, PlaceTable& table);

/// Makes parts of places of data offsets, each offset once.
class Decoder {
 public:
  /// `database` may be null for one that is never asked; it and the table must outlive the decoder.
  Decoder(const Mmdb* database, ReadPart read, PlaceTable& table)
      : database_(database), read_(read), table_(&table) {}

  /// Throws base::ConfigError on a broken record.
  [[nodiscard]] std::uint32_t operator()(std::uint32_t offset) {
    return known_.get(offset, [&] { return decode(offset); });
  }

 private:
  [[nodiscard]] std::uint32_t decode(std::uint32_t offset);

  const Mmdb* database_;
  ReadPart read_;
  PlaceTable* table_;
  NumberIndex known_;
};

}  // namespace loadstar::geo
