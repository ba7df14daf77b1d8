#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "loadstar/health/result.hpp"
#include "loadstar/model/monitor.hpp"

namespace loadstar::health {

/// Asks a question over DNS (RFC 1035 4.1) and judges what comes back. Knows no socket.
class DnsCheck {
 public:
  /// Nothing when the question or the wanted RDATA cannot be written, which zones with such a
  /// monitor are refused for. `check` is not kept.
  [[nodiscard]] static std::optional<DnsCheck> make(const model::DnsCheck& check, std::uint16_t id);

  /// The query: header and question, no EDNS.
  [[nodiscard]] std::span<const std::uint8_t> query() const noexcept { return query_; }

  /// Judges a datagram; nothing when it is no answer to the query: another id or question, or no
  /// answer at all. A truncated answer is one. Work is bounded by the message's size; its latency
  /// is not filled in.
  [[nodiscard]] std::optional<Result> judge(std::span<const std::uint8_t> message) const;

 private:
  using Bytes = std::vector<std::uint8_t>;

  DnsCheck() = default;
  [[nodiscard]] bool is_answered_by(std::span<const std::uint8_t> message) const noexcept;
  [[nodiscard]] std::optional<std::vector<Bytes>> data_of(
      std::span<const std::uint8_t> message) const;
  [[nodiscard]] Result judge_data(std::span<const std::uint8_t> message) const;

  Bytes query_;
  std::uint16_t type_ = 0;
  std::string type_name_;
  std::vector<std::uint16_t> rcodes_;
  std::vector<Bytes> wanted_;  ///< RDATA with its names in lower case
  model::DnsExpectation::Match match_ = model::DnsExpectation::Match::AnyOf;
};

}  // namespace loadstar::health
