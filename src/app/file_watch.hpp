#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace loadstar::app {

/// Calls back when files have changed (inotify): written, renamed into place as editors do,
/// removed, or swapped by a symbolic link. Changes that come together make one call.
class FileWatch {
 public:
  /// Files, and directories with their *.json, *.zone and *.mmdb. `io` must outlive the watch.
  FileWatch(boost::asio::io_context& io, std::vector<std::filesystem::path> paths,
            std::function<void()> on_change);

 private:
  /// Quiet time after which changes count as complete.
  static constexpr auto kQuiet = std::chrono::milliseconds(200);

  void add_watches();
  void add_watch(const std::filesystem::path& folder, std::string_view only);
  void read();
  void on_events(std::string_view events);
  [[nodiscard]] bool is_of_interest(int watch, std::string_view name) const;
  void start_quiet_time();

  boost::asio::posix::stream_descriptor inotify_;
  boost::asio::steady_timer quiet_;
  std::vector<std::filesystem::path> paths_;
  std::function<void()> on_change_;
  /// What matters in a watched folder: these names, and for "" every file of ours.
  std::map<int, std::vector<std::string>> names_;
  alignas(8) std::array<char, 16 * 1024> buffer_;
};

}  // namespace loadstar::app
