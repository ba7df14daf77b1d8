#pragma once

#include <string>

namespace loadstar::app {

/// Gives up what binding needed. As root: becomes `user` for good ("" = loadstar if there is such a
/// user, else nobody); stays root when that is asked for by name. Otherwise only clears
/// capabilities. Throws base::ConfigError when it cannot. Before any thread is started. Returns the
/// name of the user that it became; "" when it stayed who it was.
std::string drop_privileges(const std::string& user);

}  // namespace loadstar::app
