#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "contents.hpp"
#include "rendered.hpp"

namespace loadstar::answer {

/// Every record of a zone, one after another, as a transfer wants them (RFC 5936 2.2): the SOA, all
/// others, glue and what is hidden below a cut included, and the SOA again. Steered names have
/// their default_records().
class ZoneWalk {
 public:
  /// The contents must outlive the walk.
  ZoneWalk(const Snapshot::Contents& contents, std::uint32_t zone);

  [[nodiscard]] bool is_at_end() const noexcept { return stage_ == Stage::End; }
  /// The record it stands at; not at the end.
  [[nodiscard]] std::span<const std::uint8_t> owner() const noexcept { return owner_; }
  [[nodiscard]] const RecordView& record() const noexcept { return record_; }
  void advance();

 private:
  enum class Stage : std::uint8_t { FirstSoa, Names, LastSoa, End };
  using Bytes = std::span<const std::uint8_t>;

  void stand_at(Bytes owner, Bytes records) noexcept;
  void stand_at_soa(Stage stage) noexcept;
  void enter(const zone::NameRecord* name);
  [[nodiscard]] bool next_rrset();
  [[nodiscard]] Bytes records_of(const zone::RRsetEntry& entry);

  const Snapshot::Contents& contents_;
  std::uint32_t zone_;
  const zone::NameRecord& apex_;
  Stage stage_ = Stage::FirstSoa;
  const zone::NameRecord* name_ = nullptr;
  std::size_t next_rrset_ = 0;
  std::vector<std::uint8_t> steered_;  // rendered for the name at hand
  Bytes owner_;
  RecordView record_;
};

}  // namespace loadstar::answer
