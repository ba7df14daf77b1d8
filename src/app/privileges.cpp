#include "privileges.hpp"

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::app {
namespace {

constexpr const char* kPreferredUser = "loadstar";
constexpr const char* kFallbackUser = "nobody";

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

User find_user(const std::string& name) {
  const bool given = !name.empty();
  const passwd* entry = ::getpwnam(given ? name.c_str() : kPreferredUser);
  if (entry == nullptr && !given) entry = ::getpwnam(kFallbackUser);
  if (entry == nullptr) {
    throw base::ConfigError(
        fmt::format("there is no user \"{}\"", given ? name : std::string(kFallbackUser)));
  }
  return {entry->pw_name, entry->pw_uid, entry->pw_gid};
}

void clear_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  // Fails only where capabilities do not exist, and then there are none.
  static_cast<void>(::syscall(SYS_capset, &header, none.data()));
  static_cast<void>(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
}

void become(const User& user) {
  const bool done = ::initgroups(user.name.c_str(), user.gid) == 0 &&
                    ::setresgid(user.gid, user.gid, user.gid) == 0 &&
                    ::setresuid(user.uid, user.uid, user.uid) == 0;
  if (done) return;
  throw base::ConfigError(fmt::format("cannot become user \"{}\": {}; to stay root say --user root",
                                      user.name, std::generic_category().message(errno)));
}

}  // namespace

std::string drop_privileges(const std::string& user_name) {
  static_cast<void>(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  if (::geteuid() != 0) {
    clear_capabilities();
    return "";
  }
  const User user = find_user(user_name);
  if (user.uid == 0) return "";
  become(user);
  clear_capabilities();
  return user.name;
}

}  // namespace loadstar::app
