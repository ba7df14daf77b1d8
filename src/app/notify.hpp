#pragma once

#include <string_view>

namespace loadstar::app {

/// Tells the service manager how we are (sd_notify(3)): one datagram to the socket in
/// NOTIFY_SOCKET. Without one, nothing.
void notify_service_manager(std::string_view state);

/// `RELOADING=1` with the time that systemd wants beside it.
void notify_reloading();

}  // namespace loadstar::app
