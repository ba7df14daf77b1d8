#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <string>

#include "loadstar/health/board.hpp"

namespace loadstar::app {

/// Keeps the verdicts of a board in the state directory, and gives them back after a restart.
class VerdictMemory {
 public:
  /// Verdicts from before this long ago are not recalled: a probe says more.
  static constexpr auto kLongest = std::chrono::hours(1);

  /// `state`: "" = nothing is kept. `board` must outlive the memory.
  VerdictMemory(boost::asio::io_context& io, std::filesystem::path state, health::Board& board);

  /// To be called before the board has targets. A file that is damaged is set aside with a warning.
  void recall();
  /// Saves from now on, every minute.
  void start();
  /// Verdicts have changed: they are saved soon.
  void note_change();
  /// Saves a last time.
  void stop();

 private:
  static constexpr auto kSoon = std::chrono::seconds(1);
  static constexpr auto kRegularly = std::chrono::minutes(1);

  void save_after(base::Duration wait);
  void save();
  void write(const std::string& text);

  std::filesystem::path state_;
  health::Board& board_;
  boost::asio::steady_timer timer_;
  bool is_soon_ = false;
  bool has_failed_ = false;              // told once; for write() only
  boost::asio::thread_pool writing_{1};  // a disk may take its time
};

}  // namespace loadstar::app
