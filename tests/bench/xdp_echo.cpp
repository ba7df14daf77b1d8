// Sends frames back as they come, by the XDP program and the rings that the server has, and nothing
// in between: the least that any server can do with AF_XDP. xdp_echo INTERFACE ADDRESS PORT
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <net/if.h>

#include "xdp_program.hpp"
#include "xdp_socket.hpp"

namespace {

using namespace loadstar;
using namespace loadstar::serve;

constexpr std::size_t kAddresses = 26;  // of IPv4 in the frame; the ports stand behind them

void swap_neighbors(std::uint8_t* bytes, std::size_t size) {
  std::swap_ranges(bytes, bytes + size, bytes + size);
}

[[noreturn]] void echo(XdpSocket& socket) {
  for (;;) {
    const auto frames = socket.receive();
    if (frames.empty()) {
      socket.wait();
      continue;
    }
    for (const XdpSocket::Frame& frame : frames) {
      swap_neighbors(frame.bytes, 6);
      swap_neighbors(frame.bytes + kAddresses, 4);  // no checksum changes by that
      swap_neighbors(frame.bytes + kAddresses + 8, 2);
      socket.send(frame, frame.size);
    }
    static_cast<void>(socket.flush());
  }
}

void run(const char* interface, const base::Endpoint& endpoint) {
  XdpSocket socket(interface, 0, std::nullopt);
  XdpProgram program({}, 1);
  program.take_queries_to({&endpoint, 1});
  program.attach(static_cast<int>(if_nametoindex(interface)), XdpMode::Native);
  program.give_socket(0, socket.fd());
  echo(socket);
}

}  // namespace

int main(int argc, char** argv) {
  const auto address = argc == 4 ? base::Address::parse(argv[2]) : std::nullopt;
  if (!address || !address->is_v4()) {
    std::fputs("usage: xdp_echo INTERFACE ADDRESS PORT\n", stderr);
    return 2;
  }
  try {
    run(argv[1], {*address, static_cast<std::uint16_t>(std::atoi(argv[3]))});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "xdp_echo: %s\n", error.what());
    return 1;
  }
}
