#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/health/result.hpp"

namespace loadstar::health {

/// Bytes of a feed that are read at most: a larger file is refused.
inline constexpr std::size_t kMaxFeed = 1U << 20U;

/// What somebody else says of addresses, one a line: `ADDRESS up|down [TTL]`. Blank lines are
/// passed over, and what stands behind "#".
class Feed {
 public:
  /// Never fails: lines that are none are left out, and told of. Of lines for the same address the
  /// last counts. Linear in the text.
  [[nodiscard]] static Feed parse(std::string_view text);

  /// What the feed says of the address when it is so old. NotProbed when it says nothing, or not
  /// any more. The latency is not filled in.
  [[nodiscard]] Result result_for(const base::Address& address, base::Duration age) const;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// Of the first line that is none, from 1; 0 = all are good.
  [[nodiscard]] std::size_t first_bad_line() const noexcept { return first_bad_line_; }

 private:
  struct Entry {
    bool is_up = false;
    std::optional<base::Duration> ttl;
  };
  struct Line {
    base::Address address;
    Entry entry;
  };
  [[nodiscard]] static std::optional<Line> parse_line(std::string_view line);

  std::map<base::Address, Entry> entries_;
  std::size_t first_bad_line_ = 0;
};

}  // namespace loadstar::health
