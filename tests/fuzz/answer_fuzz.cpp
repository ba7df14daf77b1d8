// Any bytes as a query, over UDP and TCP: an answer that a reader can walk, within its limit, or a
// drop.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "answer_world.hpp"

namespace {

using namespace loadstar;

test::AnswerWorld& world() {
  static test::AnswerWorld instance(std::map<std::string, std::string>{{"example.json", R"({
    "zone": "example.",
    "pools": { "one": { "endpoints": [ { "a": "192.0.2.1", "aaaa": "2001:db8::1" }, { "a": "192.0.2.2", "aaaa": "2001:db8::2" } ] },
               "named": { "endpoints": [ { "cname": "w.example." } ] } },
    "policies": { "www": { "types": ["A", "AAAA", "HTTPS"], "rules": [ { "match": { "cidrs": ["0.0.0.0/1"] }, "pools": ["one"] }, { "method": "sticky", "pools": ["one"] } ] } },
    "records": { "@": { "NS": "n", "MX": "10 n" }, "n": { "A": "192.0.2.53" }, "w": { "steer": "www" },
                 "c": { "steer": { "endpoints": [ { "cname": "w" } ] } }, "*.x": { "CNAME": "w" }, "l": { "CNAME": "l" },
                 "d": { "DNAME": "x.example." }, "g": { "DNAME": "g.g.example." }, "cut": { "NS": "n.cut" }, "n.cut": { "A": "192.0.2.9" } } })"}});
  return instance;
}

// What an error may have beyond its query: OPT, the server's part of a cookie, and over TCP the
// reason (EDE).
constexpr std::size_t kOptAndCookie = 11 + 16 + 6;

void check(bool held) {
  if (!held) std::abort();
}

void respond(answer::Responder& responder, std::vector<std::uint8_t>& buffer,
             const std::uint8_t* data, std::size_t size, answer::Transport transport,
             std::size_t limit) {
  std::copy_n(data, size, buffer.begin());
  const auto reply = responder.respond({buffer, size, base::Address::v4(0x01020304), transport});
  check(reply.size == 0 || (reply.size >= 12 && (buffer[2] & 0x80) != 0));
  const bool error =
      reply.reason == answer::Reason::FormErr || reply.reason == answer::Reason::NotImp;
  check(reply.size <= (error ? size + kOptAndCookie : limit));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static answer::Responder responder(world().board, {"fuzz"}, 1);
  static std::vector<std::uint8_t> udp(answer::kUdpBuffer);
  static std::vector<std::uint8_t> tcp(65'535);
  responder.refresh({});
  respond(responder, udp, data, std::min(size, udp.size()), answer::Transport::Udp,
          answer::kMaxUdpAnswer);
  respond(responder, tcp, data, std::min(size, tcp.size()), answer::Transport::Tcp, tcp.size());
  return 0;
}
