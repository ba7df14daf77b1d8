#include "file_watch.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <system_error>

#include "loadstar/base/log.hpp"

namespace loadstar::app {
namespace asio = boost::asio;

namespace {

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                  IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF;
/// The link that Kubernetes swaps when a mounted ConfigMap changes.
constexpr std::string_view kSwappedLink = "..data";

bool is_ours(std::string_view name) {
  if (name.starts_with('.')) return false;
  return name.ends_with(".json") || name.ends_with(".zone") || name.ends_with(".mmdb");
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  const auto parent = path.parent_path();
  return parent.empty() ? "." : parent;
}

}  // namespace

FileWatch::FileWatch(asio::io_context& io, std::vector<std::filesystem::path> paths,
                     std::function<void()> on_change)
    : inotify_(io), quiet_(io), paths_(std::move(paths)), on_change_(std::move(on_change)) {
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) {
    base::log_warning("changes of files are not noticed: {}; send SIGHUP to reload",
                      std::generic_category().message(errno));
    return;
  }
  inotify_.assign(fd);
  add_watches();
  read();
}

/// A path itself may be replaced, so its folder is watched for its name, too. Asking again for what
/// is watched changes nothing.
void FileWatch::add_watches() {
  for (const std::filesystem::path& path : paths_) {
    std::error_code ignored;
    const auto clean = path.has_filename() ? path : path.parent_path();
    add_watch(folder_of(clean), clean.filename().string());
    if (std::filesystem::is_directory(clean, ignored)) add_watch(clean, "");
  }
}

void FileWatch::add_watch(const std::filesystem::path& folder, std::string_view only) {
  const int watch = ::inotify_add_watch(inotify_.native_handle(), folder.c_str(), kEvents);
  if (watch < 0) {
    base::log_warning("changes in {} are not noticed: {}; send SIGHUP to reload", folder.string(),
                      std::generic_category().message(errno));
    return;
  }
  std::vector<std::string>& names = names_[watch];
  if (std::ranges::find(names, only) == names.end()) names.emplace_back(only);
}

void FileWatch::read() {
  inotify_.async_read_some(asio::buffer(buffer_),
                           [this](boost::system::error_code error, std::size_t size) {
                             if (error) return;
                             on_events({buffer_.data(), size});
                             read();
                           });
}

void FileWatch::on_events(std::string_view events) {
  bool changed = false;
  while (events.size() >= sizeof(inotify_event)) {
    inotify_event event;
    std::memcpy(&event, events.data(), sizeof event);
    // The name is padded with zero bytes.
    const std::string name = event.len > 0 ? events.data() + sizeof event : "";
    changed = changed || (event.mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) != 0 ||
              is_of_interest(event.wd, name);
    if ((event.mask & IN_IGNORED) != 0) names_.erase(event.wd);
    events.remove_prefix(sizeof event + event.len);
  }
  if (changed) start_quiet_time();
}

bool FileWatch::is_of_interest(int watch, std::string_view name) const {
  if (name == kSwappedLink) return true;
  const auto found = names_.find(watch);
  return found != names_.end() && std::ranges::any_of(found->second, [&](const std::string& only) {
           return only.empty() ? is_ours(name) : name == only;
         });
}

void FileWatch::start_quiet_time() {
  quiet_.expires_after(kQuiet);
  quiet_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    add_watches();
    on_change_();
  });
}

}  // namespace loadstar::app
