#include "change_timer.hpp"

#include <algorithm>

namespace loadstar::app {

void ChangeTimer::arm() {
  timer_.cancel();
  const auto next = publisher_.next_change();
  if (!next) return;
  const auto wait = std::chrono::ceil<base::Duration>(*next - base::Now().system);
  timer_.expires_after(std::clamp<base::Duration>(wait, base::Duration(0), kLongest));
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    publisher_.refresh();
    arm();
  });
}

}  // namespace loadstar::app
