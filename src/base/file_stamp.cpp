#include "loadstar/base/file_stamp.hpp"

#include <chrono>
#include <sys/stat.h>

namespace loadstar::base {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr Nanoseconds kSettled = std::chrono::seconds(2);

}  // namespace

FileStamp FileStamp::of(const std::filesystem::path& path) noexcept {
  FileStamp stamp;
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return stamp;
  const auto changed =
      std::chrono::seconds(status.st_ctim.tv_sec) + Nanoseconds(status.st_ctim.tv_nsec);
  const Nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
  stamp.is_settled_ = changed + kSettled <= now;
  stamp.device_ = status.st_dev;
  stamp.number_ = status.st_ino;
  stamp.size_ = status.st_size;
  stamp.changed_ = changed.count();
  return stamp;
}

bool FileStamp::is_same_as(const FileStamp& other) const noexcept {
  return is_settled_ && other.is_settled_ && device_ == other.device_ && number_ == other.number_ &&
         size_ == other.size_ && changed_ == other.changed_;
}

}  // namespace loadstar::base
