#include <array>
#include <memory>
#include <poll.h>
#include <sys/epoll.h>

#include "flights.hpp"
#include "tcp_socket.hpp"

namespace loadstar::bench {
namespace {

constexpr int kLongestWaitMs = 1;

/// Connections that each ask one question; the place in the window is the place in `open_`.
class Connections {
 public:
  explicit Connections(const Plan& plan)
      : plan_(plan), epoll_(epoll_create1(0)), open_(plan.window) {
    if (epoll_ < 0) fail("epoll_create1");
  }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections() { close(epoll_); }

  void start(Flights& flights) {
    const auto [id, question] = flights.depart(now());
    Connection& connection = open_[Flights::place(id)];
    connection.id = id;
    connection.out.clear();
    connection.in.clear();
    append_framed(connection.out, id, question);
    connection.socket = std::make_unique<TcpSocket>(plan_.server, next_source());
    epoll_event event{.events = EPOLLOUT, .data = {.u32 = Flights::place(id)}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket->fd(), &event);
  }

  void move(Flights& flights) {
    std::array<epoll_event, 64> events{};
    const int count = epoll_wait(epoll_, events.data(), events.size(), kLongestWaitMs);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      Connection& connection = open_[event.data.u32];
      if ((event.events & EPOLLOUT) != 0) {
        write(connection, event.data.u32);
      } else {
        read(connection, flights);
      }
    }
  }

 private:
  struct Connection {
    std::unique_ptr<TcpSocket> socket;
    std::uint16_t id = 0;
    std::vector<std::uint8_t> out, in;
  };

  std::uint32_t next_source() {
    if ((ntohl(plan_.server.sin_addr.s_addr) >> 24) != 127) return 0;
    return 0x7f00'0101 + source_++ % 250;
  }

  void write(Connection& connection, std::uint32_t place) {
    connection.socket->send(connection.out);
    epoll_event event{.events = EPOLLIN, .data = {.u32 = place}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket->fd(), &event);
  }

  void read(Connection& connection, Flights& flights) {
    const auto state = connection.socket->receive(connection.in);
    bool done = state == TcpSocket::State::Closed;
    take_framed(connection.in, [&](std::span<const std::uint8_t> message) {
      flights.arrive(message, now());
      done = true;
    });
    if (!done) return;
    connection.socket.reset();
    flights.lose(connection.id);  // unless it has arrived
  }

  const Plan& plan_;
  int epoll_;
  std::vector<Connection> open_;
  std::uint32_t source_ = 0;
};

}  // namespace

Outcome ask_tcp(const Plan& plan) {
  Flights flights(plan);
  TcpSocket socket(plan.server, 0);
  std::vector<std::uint8_t> out, in;
  auto state = TcpSocket::State::Open;
  return run(plan, flights, [&](bool sending) {
    if (sending && flights.free() * 4 >= plan.window && state == TcpSocket::State::Open) {
      const std::int64_t time = now();
      while (flights.free() > 0) {
        const auto [id, question] = flights.depart(time);
        append_framed(out, id, question);
      }
    }
    const std::size_t sent = socket.send(out);
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(sent));
    pollfd polled{socket.fd(), static_cast<short>(out.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    poll(&polled, 1, kLongestWaitMs);
    state = socket.receive(in);
    take_framed(in, [&](auto message) { flights.arrive(message, now()); });
  });
}

Outcome ask_by_connection(const Plan& plan) {
  Flights flights(plan);
  Connections connections(plan);
  return run(plan, flights, [&](bool sending) {
    while (sending && flights.free() > 0) connections.start(flights);
    connections.move(flights);
    flights.expire(now());
  });
}

}  // namespace loadstar::bench
