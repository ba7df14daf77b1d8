#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <unistd.h>

#include "load.hpp"

namespace loadstar::bench {
namespace {

/// Field 14 of /proc/PID/task/TID/stat; what precedes may hold spaces only in the name in
/// parentheses.
std::int64_t user_ticks(const std::filesystem::path& task) {
  std::string line;
  std::getline(std::ifstream(task / "stat"), line);
  const auto after_name = line.rfind(')');
  if (after_name == std::string::npos) return 0;
  std::size_t at = after_name + 1;
  for (int field = 2; field < 13 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  return at == std::string::npos ? 0 : std::atoll(line.c_str() + at);
}

std::int64_t running_ns(const std::filesystem::path& task) {
  std::int64_t value = 0;
  std::ifstream(task / "schedstat") >> value;
  return value;
}

}  // namespace

ServerTime time_of(std::span<const int> processes) {
  static const std::int64_t tick_ns = kSecond / sysconf(_SC_CLK_TCK);
  ServerTime time;
  for (const int process : processes) {
    std::error_code gone;
    const auto tasks = fmt::format("/proc/{}/task", process);
    for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
      time.total_ns += running_ns(task);
      time.user_ns += user_ticks(task) * tick_ns;
    }
  }
  return time;
}

}  // namespace loadstar::bench
