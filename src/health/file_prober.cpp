#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "loadstar/base/file_stamp.hpp"
#include "loadstar/health/feed.hpp"
#include "loadstar/health/prober.hpp"

#include "descriptor.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using WallClock = std::chrono::system_clock;

/// A file that changes all the time is read no more often.
constexpr base::Duration kRest = 100ms;

struct Contents {
  std::string text;
  WallClock::time_point written{};
};

/// A regular file of at most kMaxFeed bytes; opening anything else may wait for somebody.
std::optional<Contents> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  Contents contents;
  contents.text.resize(kMaxFeed + 1);
  std::size_t size = 0;
  while (size < contents.text.size()) {
    const auto count = ::read(file.get(), contents.text.data() + size, contents.text.size() - size);
    if (count < 0) return std::nullopt;
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kMaxFeed) return std::nullopt;
  contents.text.resize(size);
  const auto written = std::chrono::seconds(status.st_mtim.tv_sec) +
                       std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  contents.written =
      WallClock::time_point(std::chrono::duration_cast<WallClock::duration>(written));
  return contents;
}

/// A feed as it was read last.
class FeedFile {
 public:
  explicit FeedFile(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] Result result_for(const base::Address& address) {
    refresh();
    if (!feed_) {
      return {Outcome::NotProbed,
              fmt::format("\"{}\" cannot be read on this machine, or is over {} bytes", path_,
                          kMaxFeed)};
    }
    const auto age = std::max(WallClock::now() - written_, WallClock::duration::zero());
    return feed_->result_for(address, std::chrono::duration_cast<base::Duration>(age));
  }

 private:
  void refresh() {
    const base::TimePoint now = base::Clock::now();
    if (read_at_ && now < *read_at_ + kRest) return;
    const auto stamp = base::FileStamp::of(path_);
    if (feed_ && stamp.is_same_as(stamp_)) return;
    const auto contents = read_file(path_);
    feed_ = contents ? std::optional(Feed::parse(contents->text)) : std::nullopt;
    written_ = contents ? contents->written : WallClock::time_point{};
    stamp_ = stamp;
    read_at_ = now;
  }

  std::string path_;
  std::optional<Feed> feed_;
  base::FileStamp stamp_;
  WallClock::time_point written_{};
  std::optional<base::TimePoint> read_at_;
};

class FileProber : public Prober {
 public:
  explicit FileProber(asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    const base::TimePoint started = base::Clock::now();
    const std::string& path = target.monitor->feed;
    Result result = files_.try_emplace(path, path).first->second.result_for(target.address.address);
    const auto took = base::Clock::now() - started;
    result.latency = std::chrono::duration_cast<std::chrono::microseconds>(took);
    asio::post(io_, [done = std::move(done), result = std::move(result)] { done(result); });
  }

 private:
  asio::io_context& io_;
  std::map<std::string, FeedFile> files_;  // by path; as many as configurations have named
};

}  // namespace

std::unique_ptr<Prober> make_file_prober(asio::io_context& io) {
  return std::make_unique<FileProber>(io);
}

}  // namespace loadstar::health
