#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <unistd.h>

#include "load.hpp"

namespace loadstar::bench {
namespace {

/// Field 14 of /proc/PID/stat; what precedes may hold spaces only in the name in parentheses.
std::int64_t user_ticks(int process) {
  std::string line;
  std::getline(std::ifstream(fmt::format("/proc/{}/stat", process)), line);
  const auto after_name = line.rfind(')');
  if (after_name == std::string::npos) return 0;
  std::size_t at = after_name + 1;
  for (int field = 2; field < 13 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  return at == std::string::npos ? 0 : std::atoll(line.c_str() + at);
}

/// Of all its threads, those that have ended among them: some servers make one for each connection.
std::int64_t running_ns(int process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return time.tv_sec * kSecond + time.tv_nsec;
}

}  // namespace

ServerTime time_of(std::span<const int> processes) {
  static const std::int64_t tick_ns = kSecond / sysconf(_SC_CLK_TCK);
  ServerTime time;
  for (const int process : processes) {
    time.total_ns += running_ns(process);
    time.user_ns += user_ticks(process) * tick_ns;
  }
  return time;
}

}  // namespace loadstar::bench
