#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace loadstar::geo {

/// A private copy of a file in memory. A database that is truncated while it is mapped kills the
/// process with SIGBUS, and one that is replaced between a check and its use has not been checked;
/// a copy suffers neither.
class FileCopy {
 public:
  /// The error says what is wrong, without the path.
  [[nodiscard]] static std::expected<FileCopy, std::string> read(const std::filesystem::path& path);

  FileCopy(FileCopy&& other) noexcept;
  FileCopy& operator=(FileCopy&&) = delete;
  ~FileCopy();

  /// A path by which this process can open the copy while it lives.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// The last `most` bytes, or all if there are fewer.
  [[nodiscard]] std::vector<std::uint8_t> tail(std::size_t most) const;

 private:
  FileCopy(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  int descriptor_;
  std::uint64_t size_;
};

}  // namespace loadstar::geo
