#include "rfc3339.hpp"

#include <algorithm>

#include "loadstar/base/number.hpp"

namespace loadstar::model {
namespace {

using namespace std::chrono;

/// Takes a text apart from its front; what does not fit leaves it broken.
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}

  /// So many digits, up to `most`.
  unsigned number(std::size_t digits, unsigned most) {
    const std::string_view text = rest_.substr(0, digits);
    const bool all_digits = text.size() == digits &&
                            std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    const auto value = all_digits ? base::parse_number<unsigned>(text) : std::nullopt;
    if (!value || *value > most) {
      is_good_ = false;
      return 0;
    }
    rest_.remove_prefix(digits);
    return *value;
  }
  void literal(char wanted) {
    if (!take(wanted)) is_good_ = false;
  }
  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// What stands behind the point, as milliseconds.
  milliseconds fraction() {
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits == 0) is_good_ = false;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 3; ++i) value = value * 10 + (i < digits ? rest_[i] - '0' : 0);
    rest_.remove_prefix(digits);
    return milliseconds(value);
  }
  [[nodiscard]] bool is_whole() const noexcept { return is_good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

/// Behind UTC: it is taken from the local time.
minutes offset(Parts& parts) {
  if (parts.take('Z') || parts.take('z')) return minutes(0);
  const bool is_west = parts.take('-');
  if (!is_west) parts.literal('+');
  const unsigned hour = parts.number(2, 23);
  parts.literal(':');
  const minutes east = hours(hour) + minutes(parts.number(2, 59));
  return is_west ? -east : east;
}

}  // namespace

std::optional<base::SystemTime> parse_rfc3339(std::string_view text) {
  Parts parts(text);
  const year year_of{static_cast<int>(parts.number(4, 9999))};
  parts.literal('-');
  const month month_of{parts.number(2, 12)};
  parts.literal('-');
  const day day_of{parts.number(2, 31)};
  if (!parts.take('t')) parts.literal('T');
  const hours hour{parts.number(2, 23)};
  parts.literal(':');
  const minutes minute{parts.number(2, 59)};
  parts.literal(':');
  const seconds second{parts.number(2, 60)};
  const milliseconds fraction = parts.take('.') ? parts.fraction() : milliseconds(0);
  const minutes east = offset(parts);
  const year_month_day date{year_of, month_of, day_of};
  if (!parts.is_whole() || !date.ok() || year_of < year(1970)) return std::nullopt;
  return sys_days(date) + hour + minute + second + fraction - east;
}

}  // namespace loadstar::model
