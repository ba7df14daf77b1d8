#include "loadstar/cluster/peer_bus.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "link_state.hpp"

namespace loadstar::cluster {
namespace {

/// Messages that wait for one peer at most; then it is given the whole.
constexpr std::size_t kMaxWaiting = 1000;

/// What the peer wants the whole of.
std::vector<std::string> wanted_in(const std::string& body) {
  std::vector<std::string> wanted;
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("wanted") || !json["wanted"].is_array()) return wanted;
  for (const auto& topic : json["wanted"]) {
    if (topic.is_string()) wanted.push_back(topic.get<std::string>());
  }
  return wanted;
}

/// To one peer: a request at a time, with all that has gathered meanwhile.
class PeerLink {
 public:
  PeerLink(boost::asio::io_context& io, Replica& replica, const PeerBusOptions& options,
           const Peer& peer)
      : replica_(replica),
        self_(options.self),
        client_(io, {.url = peer.url,
                     .tls = options.tls,
                     .token = options.token,
                     .timeout = options.timeout}),
        state_("peer " + peer.name) {}

  void publish(const Message& change) {
    if (!needs_whole_) waiting_.push_back(change);
    if (waiting_.size() > kMaxWaiting) start_anew();
    if (client_.pending() == 0) send();
  }
  [[nodiscard]] const LinkStatus& status() const noexcept { return state_.status(); }

 private:
  void send() {
    std::vector<Message> messages = std::exchange(waiting_, {});
    if (std::exchange(needs_whole_, false)) messages = wholes(replica_.topics());
    const std::size_t count = messages.size();
    client_.ask({"POST", "/v1/bus", bus_request(self_, messages)},
                [this, count](const std::expected<http::Response, std::string>& answer) {
                  on_answer(answer, count);
                });
  }

  void on_answer(const std::expected<http::Response, std::string>& answer, std::size_t count) {
    if (!answer || answer->status != 200) {
      start_anew();
      return state_.fails(answer ? fmt::format("it answers with status {}", answer->status)
                                 : answer.error());
    }
    state_.works(count);
    for (Message& one : wholes(wanted_in(answer->body))) waiting_.push_back(std::move(one));
    if (!waiting_.empty()) send();
  }

  void start_anew() {
    waiting_.clear();
    needs_whole_ = true;
  }

  [[nodiscard]] std::vector<Message> wholes(const std::vector<std::string>& topics) const {
    std::vector<Message> messages;
    for (const std::string& topic : topics) {
      std::string body = replica_.whole(topic);
      if (!body.empty()) messages.push_back({topic, std::move(body)});
    }
    return messages;
  }

  Replica& replica_;
  std::string self_;
  http::Client client_;
  LinkState state_;
  std::vector<Message> waiting_;
  bool needs_whole_ = true;
};

class PeerBus final : public Bus {
 public:
  PeerBus(boost::asio::io_context& io, Replica& replica, const PeerBusOptions& options) {
    for (const Peer& peer : options.peers)
      links_.push_back(std::make_unique<PeerLink>(io, replica, options, peer));
  }

  void publish(const Message& change) override {
    for (const auto& link : links_) link->publish(change);
  }
  [[nodiscard]] std::vector<LinkStatus> status() const override {
    std::vector<LinkStatus> all;
    for (const auto& link : links_) all.push_back(link->status());
    return all;
  }

 private:
  std::vector<std::unique_ptr<PeerLink>> links_;
};

}  // namespace

std::unique_ptr<Bus> make_peer_bus(boost::asio::io_context& io, Replica& replica,
                                   PeerBusOptions options) {
  return std::make_unique<PeerBus>(io, replica, options);
}

}  // namespace loadstar::cluster
