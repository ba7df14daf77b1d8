#include "file_copy.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace loadstar::geo {
namespace {

constexpr std::uint64_t kMostFileBytes = std::numeric_limits<std::uint32_t>::max();

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

std::unexpected<std::string> system_failure(std::string_view doing) {
  return std::unexpected(fmt::format("{}: {}", doing, std::generic_category().message(errno)));
}

/// Bytes copied until the end of the file, or -1.
std::int64_t copy_all(int to, int from) {
  constexpr std::size_t kAtOnce = 1U << 30U;
  std::int64_t total = 0;
  for (;;) {
    const ssize_t copied = sendfile(to, from, nullptr, kAtOnce);
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0) return -1;
    if (copied == 0) return total;
    total += copied;
  }
}

}  // namespace

std::expected<FileCopy, std::string> FileCopy::read(const std::filesystem::path& path) {
  // Without O_NONBLOCK the open of a named pipe would wait for a writer.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return system_failure("cannot be opened");
  struct stat status{};
  if (fstat(file.number(), &status) != 0) return system_failure("cannot be examined");
  if (!S_ISREG(status.st_mode)) return std::unexpected("is not a file");
  if (static_cast<std::uint64_t>(status.st_size) > kMostFileBytes) {
    return std::unexpected("is larger than 4 GiB");
  }

  Descriptor copy(memfd_create("mmdb", MFD_CLOEXEC));
  if (copy.number() < 0) return system_failure("cannot be copied to memory");
  const std::int64_t size = copy_all(copy.number(), file.number());
  if (size < 0) return system_failure("cannot be read");
  return FileCopy(copy.release(), static_cast<std::uint64_t>(size));
}

FileCopy::FileCopy(FileCopy&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

FileCopy::~FileCopy() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string FileCopy::path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }

std::vector<std::uint8_t> FileCopy::tail(std::size_t most) const {
  const auto wanted = std::min<std::uint64_t>(most, size_);
  std::vector<std::uint8_t> bytes(wanted);
  std::size_t have = 0;
  while (have < wanted) {
    const ssize_t got = pread(descriptor_, bytes.data() + have, wanted - have,
                              static_cast<off_t>(size_ - wanted + have));
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace loadstar::geo
