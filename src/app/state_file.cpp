#include "state_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>
#include <utility>

#include "loadstar/base/log.hpp"

namespace loadstar::app {
namespace {

std::error_code last_error() { return {errno, std::generic_category()}; }

/// A descriptor that is open for writing, or none.
class Output {
 public:
  explicit Output(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {}
  ~Output() {
    if (fd_ >= 0) ::close(fd_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] std::error_code write(std::string_view text) const {
    if (fd_ < 0) return last_error();
    while (!text.empty()) {
      const ssize_t written = ::write(fd_, text.data(), text.size());
      if (written < 0 && errno != EINTR) return last_error();
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(fd_) == 0 ? std::error_code{} : last_error();
  }

 private:
  int fd_;
};

}  // namespace

std::error_code write_state_file(const std::filesystem::path& file, std::string_view text) {
  std::error_code problem;
  std::filesystem::create_directories(file.parent_path(), problem);
  if (problem) return problem;
  std::filesystem::path fresh = file;
  fresh += ".new";
  problem = Output(fresh).write(text);
  if (!problem) std::filesystem::rename(fresh, file, problem);
  return problem;
}

std::optional<std::string> read_state_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void set_state_file_aside(const std::filesystem::path& file, std::string_view why,
                          std::string_view consequence) {
  auto damaged = file;
  damaged += ".damaged";
  std::error_code ignored;
  std::filesystem::rename(file, damaged, ignored);
  base::log_warning("{}: {}; it is set aside as {}, and {}", file.string(), why,
                    damaged.filename().string(), consequence);
}

}  // namespace loadstar::app
