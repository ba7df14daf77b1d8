#pragma once

#include <string>

#include "loadstar/app/syscall_filter.hpp"

namespace loadstar::app {

/// Gives up privileges (drop_privileges()), and the system calls that are never made when `seccomp`
/// says so; tells both in the log. Throws base::ConfigError when it cannot become the user.
void become_harmless(const std::string& user, bool seccomp, Programs programs);

}  // namespace loadstar::app
