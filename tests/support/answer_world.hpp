#pragma once
// A responder over zones given as text, asked without a socket, its answers read by ldns.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/answer/responder.hpp"
#include "loadstar/answer/snapshot.hpp"
#include "loadstar/answer/state.hpp"
#include "loadstar/base/siphash.hpp"

namespace loadstar::test {

using Bytes = std::vector<std::uint8_t>;
using Options = std::multimap<std::uint16_t, Bytes>;  ///< EDNS: code to data

/// The secret that AnswerWorld makes cookies with: that of RFC 9018 A.1.
inline constexpr base::SipKey kCookieSecret{0x3fa4b2a6e573e9e5, 0xcfbf379e84dce748};

/// A question with what comes along with it.
struct Question {
  std::string name;
  std::string type = "A";
  std::uint16_t klass = 1;
  std::uint16_t flags = 0x0100;  ///< RD, as resolvers without a reason to do otherwise set it
  std::string resolver = "192.0.2.200";
  std::optional<std::uint16_t> payload{};  ///< given: an OPT record
  std::string subnet{};                    ///< "203.0.113.0/24": ECS, in an OPT record
  bool nsid = false;
  Options options{};  ///< further ones
  bool dnssec_ok = false;
  std::uint8_t edns_version = 0;
  answer::Transport transport = answer::Transport::Udp;
};

/// An answer as ldns reads it. Records are in presentation format with single spaces: "www.example.
/// 60 IN A 192.0.2.1".
struct Answer {
  bool dropped = false;
  answer::Reason reason{};
  Bytes bytes;
  std::string rcode;  ///< "NOERROR"; extended ones too: "BADVERS"
  std::string flags;  ///< "qr aa rd"
  std::size_t questions = 0;
  std::vector<std::string> answer;
  std::vector<std::string> authority;
  std::vector<std::string> additional;  ///< without OPT
  bool has_opt = false;
  bool dnssec_ok = false;
  std::string subnet;  ///< "203.0.113.0/24/24": address, source, scope; "" = no ECS in the answer
  std::string nsid;
  Options options;  ///< all of them
};

[[nodiscard]] Bytes make_query(const Question& question);
/// Throws std::runtime_error when ldns cannot read the message.
[[nodiscard]] Answer read_answer(const Bytes& message);

class AnswerWorld {
 public:
  /// `files`: name to text, as in a zones directory. `geoip`: databases to open. Throws
  /// base::ConfigError on any error.
  explicit AnswerWorld(const std::map<std::string, std::string>& files,
                       std::vector<std::string> geoip = {}, answer::ResponderOptions options = {});

  [[nodiscard]] Answer ask(const Question& question);
  [[nodiscard]] Answer ask(std::string name, std::string type = "A") {
    Question question;
    question.name = std::move(name);
    question.type = std::move(type);
    return ask(question);
  }
  [[nodiscard]] Answer send(const Bytes& query,
                            answer::Transport transport = answer::Transport::Udp,
                            std::string_view resolver = "192.0.2.200");

  /// Sends them over UDP at once, at most answer::kMostAtOnce. Returns the answer to each; empty:
  /// dropped.
  [[nodiscard]] std::vector<Bytes> send_together(const std::vector<Bytes>& queries);

  /// The messages of the transfer that the query just sent has started; none when it has not.
  [[nodiscard]] std::vector<Bytes> transfer();

  /// Sets the liveness of an endpoint by pool name and id, in both families, and publishes.
  void set(std::string_view pool, std::string_view endpoint, steer::Liveness liveness);
  void set_settled(std::string_view pool, std::uint32_t seconds);

  answer::Moment now;
  answer::StateBoard board;
  std::shared_ptr<const answer::Snapshot> snapshot;
  std::shared_ptr<const answer::Challenges> challenges;  ///< taken up by publish()

  void publish();

 private:
  std::vector<std::vector<steer::EndpointState>> states_;
  std::vector<std::shared_ptr<const steer::PoolView>> views_;
  std::uint64_t sequence_ = 0;
  std::unique_ptr<answer::Responder> responder_;
};

}  // namespace loadstar::test
