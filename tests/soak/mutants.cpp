// Sends queries over UDP, most of them damaged: mutants ADDRESS PORT COUNT SEED
//
// Every packet is a query of many kinds, three in four with some of
// its bits, bytes or its length changed. Answers are read and thrown
// away. Prints nothing; soak.py asks the server what it has counted.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "loadstar/base/random.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/types.hpp"

namespace {

using loadstar::base::Random;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kBatch = 32;
constexpr std::size_t kLargest = 1500;

void append_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void append_option(Bytes& out, std::uint16_t code, const Bytes& data) {
  append_u16(out, code);
  append_u16(out, data.size());
  out.insert(out.end(), data.begin(), data.end());
}

/// A well-formed query; `variant` chooses what stands in its OPT record.
Bytes query(const std::string& name, std::uint16_t type, unsigned variant) {
  Bytes made{0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(variant != 0)};
  const auto parsed = loadstar::wire::Name::parse(name, {});
  made.insert(made.end(), parsed->bytes().begin(), parsed->bytes().end());
  append_u16(made, type);
  append_u16(made, loadstar::wire::klass::kIn);
  if (variant == 0) return made;
  Bytes options;
  if (variant & 2) append_option(options, 8, {0, 1, 24, 0, 203, 0, 113});
  if (variant & 4) append_option(options, 10, Bytes(8, 7));
  if (variant & 8) append_option(options, 3, {});
  made.insert(made.end(), {0, 0, 41, 4, 0xd0, 0, 0, 0x80, 0});
  append_u16(made, options.size());
  made.insert(made.end(), options.begin(), options.end());
  return made;
}

std::vector<Bytes> corpus() {
  std::vector<Bytes> made;
  for (const char* name : {"www.gslb.example.com.", "weighted.gslb.example.com.",
                           "gslb.example.com.", "nothing.gslb.example.com.",
                           "a.b.c.d.static.example.com.", "other.", ".", "static.example.com."}) {
    for (const unsigned type : {1U, 28U, 5U, 6U, 16U, 65U, 255U, 252U, 250U, 128U, 43U})
      for (const unsigned variant : {0U, 1U, 3U, 5U, 15U})
        made.push_back(query(name, static_cast<std::uint16_t>(type), variant));
  }
  return made;
}

/// Damages a message in place.
void damage(Bytes& message, Random& random) {
  for (std::uint32_t i = random.below(4) + 1; i > 0 && !message.empty(); --i) {
    const auto size = static_cast<std::uint32_t>(message.size());
    std::uint8_t& byte = message[random.below(size)];
    switch (random.below(6)) {
      case 0: byte ^= static_cast<std::uint8_t>(1U << random.below(8)); break;
      case 1: byte = static_cast<std::uint8_t>(random.next()); break;
      case 2: byte = random.below(2) != 0 ? 0xff : 0xc0; break;
      case 3: message.resize(random.below(size)); break;
      case 4: message.resize(std::min<std::size_t>(size + random.below(64), kLargest)); break;
      default: message.insert(message.end(), message.begin(), message.begin() + random.below(size));
    }
  }
  message.resize(std::min(message.size(), kLargest));
}

/// Waits for half a batch of answers, so that the server keeps up, and reads what else is there.
void discard_answers(int fd) {
  std::array<std::uint8_t, 4096> buffer;
  for (std::size_t i = 0; i < kBatch / 2; ++i)
    if (::recv(fd, buffer.data(), buffer.size(), MSG_TRUNC) < 0) break;
  while (::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC) >= 0) {
  }
}

void send_all(int fd, std::size_t count, Random random) {
  const std::vector<Bytes> originals = corpus();
  std::array<Bytes, kBatch> messages;
  std::array<iovec, kBatch> parts;
  std::array<mmsghdr, kBatch> headers{};
  for (std::size_t sent = 0; sent < count; sent += kBatch) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      messages[i] = originals[random.below(static_cast<std::uint32_t>(originals.size()))];
      if (random.below(4) != 0) damage(messages[i], random);
      parts[i] = {messages[i].data(), messages[i].size()};
      headers[i].msg_hdr.msg_iov = &parts[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    ::sendmmsg(fd, headers.data(), kBatch, 0);
    discard_answers(fd);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "usage: mutants ADDRESS PORT COUNT SEED\n");
    return 2;
  }
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  const timeval patience{.tv_sec = 0, .tv_usec = 20'000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::inet_pton(AF_INET, argv[1], &server.sin_addr) != 1 ||
      ::connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) {
    fmt::print(stderr, "mutants: cannot send to {}:{}\n", argv[1], argv[2]);
    return 1;
  }
  send_all(fd, std::strtoull(argv[3], nullptr, 10), Random(std::strtoull(argv[4], nullptr, 10)));
  ::close(fd);
}
