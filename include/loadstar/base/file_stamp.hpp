#pragma once

#include <cstdint>
#include <filesystem>

namespace loadstar::base {

/// Tells one state of a file from another without reading it.
class FileStamp {
 public:
  /// As the file is now. Take it before the file is read: then a change meanwhile shows.
  [[nodiscard]] static FileStamp of(const std::filesystem::path& path) noexcept;

  /// Whether the file is surely the same as when the other was taken. Not for a file that was
  /// changed less than two seconds before, as its times could not tell it from one that is changed
  /// again at once, nor for one that could not be examined.
  [[nodiscard]] bool is_same_as(const FileStamp& other) const noexcept;

 private:
  bool is_settled_ = false;
  std::uint64_t device_ = 0;
  std::uint64_t number_ = 0;
  std::int64_t size_ = 0;
  std::int64_t changed_ = 0;  // nanoseconds since 1970, of content or attributes: nobody can set it
};

}  // namespace loadstar::base
