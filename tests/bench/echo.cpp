// Sends back what it gets, over UDP in batches and over TCP: the least that any server can do with
// these sockets. echo ADDRESS PORT THREADS
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t kBatch = 32;
constexpr int kSocketBuffer = 4 << 20;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::system_category(), what);
  return result;
}

int bound_socket(int kind, const sockaddr_in& address) {
  const int fd = checked(socket(AF_INET, kind, 0), "socket");
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  checked(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  return fd;
}

class UdpEcho {
 public:
  explicit UdpEcho(const sockaddr_in& address) : fd_(bound_socket(SOCK_DGRAM, address)) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof kSocketBuffer);
    setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
  }

  [[noreturn]] void run() {
    for (;;) {
      prepare();
      const int count = recvmmsg(fd_, messages_.data(), kBatch, MSG_WAITFORONE, nullptr);
      for (int i = 0; i < count; ++i) at(i).msg_hdr.msg_iov->iov_len = at(i).msg_len;
      for (int done = 0; done < count;)
        done += std::max(1, sendmmsg(fd_, &at(done), static_cast<unsigned>(count - done), 0));
    }
  }

 private:
  mmsghdr& at(int i) { return messages_[static_cast<std::size_t>(i)]; }
  void prepare() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts_[i] = {buffers_[i].data(), buffers_[i].size()};
      messages_[i].msg_hdr = {.msg_name = &clients_[i],
                              .msg_namelen = sizeof clients_[i],
                              .msg_iov = &parts_[i],
                              .msg_iovlen = 1,
                              .msg_control = nullptr,
                              .msg_controllen = 0,
                              .msg_flags = 0};
    }
  }

  int fd_;
  std::array<std::array<char, 2112>, kBatch> buffers_{};
  std::array<sockaddr_in, kBatch> clients_{};
  std::array<iovec, kBatch> parts_{};
  std::array<mmsghdr, kBatch> messages_{};
};

/// One read, one write; a client that does not read its answers loses some.
class TcpEcho {
 public:
  explicit TcpEcho(const sockaddr_in& address)
      : listener_(bound_socket(SOCK_STREAM | SOCK_NONBLOCK, address)), epoll_(epoll_create1(0)) {
    const int seconds = 1;
    setsockopt(listener_, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
    checked(listen(listener_, SOMAXCONN), "listen");
    watch(listener_);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 64> events{};
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) serve(events[static_cast<std::size_t>(i)].data.fd);
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }
  void serve(int fd) {
    if (fd == listener_) {
      accept_all();
    } else {
      echo(fd);
    }
  }
  void accept_all() {
    const int yes = 1;
    for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      watch(fd);
      echo(fd);
    }
  }
  void echo(int fd) {
    const ssize_t size = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (size > 0) {
      send(fd, buffer_.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
    } else if (size == 0 || errno != EAGAIN) {
      close(fd);
    }
  }

  int listener_;
  int epoll_;
  std::array<char, 65536> buffer_{};
};

}  // namespace

int main(int argc, char** argv) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (argc != 4 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
    std::fputs("usage: echo ADDRESS PORT THREADS\n", stderr);
    return 2;
  }
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
  std::vector<std::thread> threads;
  for (int i = 0; i < std::atoi(argv[3]); ++i) {
    threads.emplace_back([&] { UdpEcho(address).run(); });
    threads.emplace_back([&] { TcpEcho(address).run(); });
  }
  for (std::thread& thread : threads) thread.join();
}
