#include "poller.hpp"

#include <cerrno>
#include <span>
#include <system_error>

namespace loadstar::serve {

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.valid()) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

bool Poller::change(int socket, Interest from, Interest to, Waiter& waiter) noexcept {
  if (from == to) return true;
  if (to == Interest::None) return ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr) == 0;
  epoll_event event{};
  event.events = to == Interest::Read ? EPOLLIN : EPOLLOUT;
  event.data.ptr = &waiter;
  const int operation = from == Interest::None ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  return ::epoll_ctl(epoll_.get(), operation, socket, &event) == 0;
}

void Poller::wait(base::Duration most) noexcept {
  const int count = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                 static_cast<int>(most.count()));
  if (count <= 0) return;  // none, or interrupted
  for (const epoll_event& event : std::span(events_).first(static_cast<std::size_t>(count))) {
    static_cast<Waiter*>(event.data.ptr)->on_ready();
  }
}

}  // namespace loadstar::serve
