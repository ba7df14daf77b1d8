#include "verdict_memory.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "loadstar/app/verdict_file.hpp"
#include "loadstar/base/log.hpp"
#include "loadstar/base/now.hpp"

#include "state_file.hpp"

namespace loadstar::app {

VerdictMemory::VerdictMemory(boost::asio::io_context& io, std::filesystem::path state,
                             health::Board& board)
    : state_(std::move(state)), board_(board), timer_(io) {}

void VerdictMemory::recall() {
  if (state_.empty()) return;
  const auto text = read_state_file(verdict_file_in(state_));
  if (!text) return;
  const base::Now now;
  auto verdicts = verdicts_from_text(*text, now);
  if (!verdicts) {
    return set_state_file_aside(verdict_file_in(state_), verdicts.error(),
                                "every target is probed first");
  }
  std::erase_if(*verdicts, [&](const health::Remembered& one) {
    return one.last_probed + kLongest < now.steady || one.last_probed > now.steady;
  });
  if (verdicts->empty()) return;
  const auto oldest = std::ranges::min(*verdicts, {}, &health::Remembered::last_probed).last_probed;
  base::log_info("recalling the verdicts of {} targets, which are up to {} old", verdicts->size(),
                 base::to_string(std::chrono::floor<std::chrono::seconds>(now.steady - oldest)));
  board_.recall(*std::move(verdicts));
}

void VerdictMemory::start() {
  if (!state_.empty()) save_after(kRegularly);
}

void VerdictMemory::note_change() {
  if (state_.empty() || std::exchange(is_soon_, true)) return;
  save_after(kSoon);
}

void VerdictMemory::save_after(base::Duration wait) {
  timer_.expires_after(wait);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    save();
    save_after(kRegularly);
  });
}

void VerdictMemory::save() {
  is_soon_ = false;
  boost::asio::post(
      writing_, [this, text = verdicts_to_text(board_.remembered(), base::Now())] { write(text); });
}

void VerdictMemory::write(const std::string& text) {
  const std::error_code problem = write_state_file(verdict_file_in(state_), text);
  const bool was_told = std::exchange(has_failed_, problem.operator bool());
  if (problem && !was_told) {
    base::log_warning("{}: cannot be written: {}", verdict_file_in(state_).string(),
                      problem.message());
  }
}

void VerdictMemory::stop() {
  if (!state_.empty()) save();
  writing_.join();
}

}  // namespace loadstar::app
