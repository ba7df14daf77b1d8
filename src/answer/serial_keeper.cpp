#include "serial_keeper.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "loadstar/base/random.hpp"
#include "loadstar/select/hash.hpp"
#include "loadstar/wire/serial.hpp"

namespace loadstar::answer {
namespace {

/// Seconds fit until 2106, and then go around as serials do. 0 has a meaning of its own to some
/// secondaries.
std::uint32_t newest_time(const model::Zone& zone) {
  std::int64_t newest = zone.file->modified;
  for (const auto& file : zone.files) newest = std::max(newest, file->modified);
  return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(newest));
}

}  // namespace

std::uint32_t SerialKeeper::settle(const model::Zone& zone) {
  const std::uint64_t fingerprint = fingerprint_of(zone);
  if (zone.soa.serial) {
    note_given(zone.origin, {fingerprint, *zone.soa.serial}, zone.soa.where);
    return *zone.soa.serial;
  }
  const std::uint32_t serial = from_times(zone, fingerprint);
  settled_[zone.origin] = {fingerprint, serial};
  return serial;
}

void SerialKeeper::note(const model::MasterFile& file, std::uint32_t serial) {
  note_given(file.origin, {fingerprint_of(*file.file), serial}, {file.file.get(), 0});
}

std::uint64_t SerialKeeper::fingerprint_of(const base::SourceFile& file) {
  const auto [place, fresh] = fingerprints_.try_emplace(&file);
  if (fresh) place->second = select::hash(file.text);
  return place->second;
}

std::uint64_t SerialKeeper::fingerprint_of(const model::Zone& zone) {
  std::uint64_t value = 0;
  for (const auto& file : zone.files) value = base::mix(value ^ fingerprint_of(*file));
  return value;
}

const KnownSerial* SerialKeeper::superseded(const std::string& origin,
                                            std::uint64_t fingerprint) const {
  const auto found = known_.find(origin);
  if (found == known_.end() || found->second.fingerprint == fingerprint) return nullptr;
  return &found->second;
}

std::uint32_t SerialKeeper::from_times(const model::Zone& zone, std::uint64_t fingerprint) {
  const std::uint32_t newest = newest_time(zone);
  if (const KnownSerial* const before = superseded(zone.origin, fingerprint)) {
    if (wire::serial_rises(before->serial, newest)) return newest;
    diagnostics_.warning(
        {zone.file.get(), 0},
        fmt::format("the zone {} has changed, but its files are not newer than its "
                    "serial {}; it goes on with {}",
                    zone.origin, before->serial, before->serial + 1));
    return before->serial + 1;
  }
  const auto unchanged = known_.find(zone.origin);
  return unchanged != known_.end() ? unchanged->second.serial : newest;
}

void SerialKeeper::note_given(const std::string& origin, KnownSerial given,
                              const base::Where& where) {
  settled_[origin] = given;
  const KnownSerial* const before = superseded(origin, given.fingerprint);
  if (before == nullptr || wire::serial_rises(before->serial, given.serial)) return;
  diagnostics_.warning(where,
                       fmt::format("the zone {} has changed, but its serial {} is not higher "
                                   "than {}: secondaries will not take it",
                                   origin, given.serial, before->serial));
}

}  // namespace loadstar::answer
