#pragma once
// A whole zone on its way to a secondary (RFC 5936): messages made one by one, as the connection
// takes them, all from the snapshot that stood when the transfer was asked for.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/answer/transfer_rules.hpp"
#include "loadstar/wire/tsig.hpp"

namespace loadstar::answer {

/// What was asked, as far as the answer repeats it.
struct TransferRequest {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;  ///< of the query
  std::vector<std::uint8_t> question;
  std::vector<std::uint8_t> opt;  ///< the OPT record of the answer; empty without
  std::optional<wire::TsigSigner> signer;
};

class ZoneTransfer {
 public:
  /// Of the zone with that number in the snapshot. Gives the place back at its end.
  ZoneTransfer(std::shared_ptr<const Snapshot> snapshot, std::uint32_t zone,
               TransferRequest request, TransferRules::Place place);
  ~ZoneTransfer();

  /// Writes the next message into a buffer of 65,535 bytes; 0 when all has been written. `now` is
  /// in seconds since 1970.
  [[nodiscard]] std::size_t next(std::span<std::uint8_t> buffer, std::uint64_t now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::answer
