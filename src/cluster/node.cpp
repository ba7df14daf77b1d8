#include "loadstar/cluster/node.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/log.hpp"
#include "loadstar/cluster/peer_bus.hpp"
#include "loadstar/cluster/redis_bus.hpp"
#include "loadstar/cluster/reporter.hpp"
#include "loadstar/cluster/target_list.hpp"
#include "loadstar/http/server.hpp"

#include "identity.hpp"

namespace loadstar::cluster {
namespace asio = boost::asio;
using Respond = std::function<void(http::Response)>;

namespace {

constexpr std::string_view kVantageTopic = "vantage/";
constexpr std::size_t kConnections = 256;
constexpr base::Duration kTick = std::chrono::seconds(1);
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kTooLarge = 413;
constexpr int kUnauthorized = 401;
constexpr int kBadRequest = 400;

std::string topic_of(std::string_view vantage) {
  return std::string(kVantageTopic) + std::string(vantage);
}

http::TlsFiles files_of(const model::Credentials& credentials) {
  return {
      .certificate = credentials.certificate, .key = credentials.key, .roots = credentials.ca_file};
}

std::vector<Peer> peers_of(const model::ClusterConfig& config) {
  std::vector<Peer> peers;
  for (const model::PeerConfig& peer : config.peers) {
    auto url = http::Url::parse(peer.url);
    if (!url) throw base::ConfigError(url.error());
    peers.push_back({peer.name, *std::move(url)});
  }
  return peers;
}

}  // namespace

class Node::Impl final : public Replica {
 public:
  Impl(asio::io_context& io, health::Consensus& consensus, std::string name,
       const model::ClusterConfig& config)
      : config_(config),
        consensus_(consensus),
        name_(std::move(name)),
        intake_(consensus, name_),
        reporter_(consensus, name_, base::Now(),
                  config.vote == model::NodeVote::Always ? Content::Full : Content::Presence),
        gather_(io),
        heartbeat_(io),
        tick_(io) {
    for (const base::Endpoint& endpoint : config_.listen) listen(io, endpoint);
    if (!config_.peers.empty()) {
      buses_.push_back(make_peer_bus(io, *this,
                                     {.self = name_,
                                      .peers = peers_of(config_),
                                      .tls = files_of(config_.credentials),
                                      .token = config_.credentials.token}));
    }
    if (config_.redis) buses_.push_back(make_redis_bus(io, *this, name_, *config_.redis));
  }

  void share(std::string topic, Shared shared) {
    shared_.emplace(std::move(topic), std::move(shared));
  }
  void publish(const Message& change) {
    for (const auto& bus : buses_) bus->publish(change);
  }
  void start() {
    is_started_ = true;
    beat();
    tick();
  }
  void note_change(health::TargetId target) {
    reporter_.note_change(target);
    gather();
  }
  void note_targets() {
    std::vector<health::Target> targets;
    for (const health::BoardEntry& entry : consensus_.own().snapshot())
      targets.push_back(entry.target);
    targets_json_ = to_json(targets);
    targets_version_ = version_of(targets);
    reporter_.note_targets();
    gather();
  }
  void reload_certificate() {
    for (const auto& server : servers_) server->reload_certificate();
  }
  [[nodiscard]] std::vector<std::string> listening() const {
    std::vector<std::string> all;
    for (const auto& server : servers_)
      all.push_back(server->endpoint().to_string() + " (cluster)");
    return all;
  }
  [[nodiscard]] NodeStatus status() const {
    NodeStatus status = counts_;
    for (const auto& bus : buses_) {
      for (LinkStatus& link : bus->status()) status.links.push_back(std::move(link));
    }
    return status;
  }

  // Replica
  [[nodiscard]] std::vector<std::string> topics() const override {
    std::vector<std::string> topics(first_hand_.begin(), first_hand_.end());
    topics.push_back(topic_of(name_));
    for (const auto& [topic, shared] : shared_) topics.push_back(topic);
    return topics;
  }
  [[nodiscard]] std::string whole(const std::string& topic) const override {
    if (const auto shared = shared_.find(topic); shared != shared_.end())
      return shared->second.whole();
    const base::Now now;
    const std::string vantage = topic.substr(std::min(topic.size(), kVantageTopic.size()));
    const auto report = vantage == name_ ? reporter_.whole(now) : intake_.whole(vantage);
    return report ? to_json(*report, now) : "";
  }
  Delivery take(const Message& message) override {
    if (const auto shared = shared_.find(message.topic); shared != shared_.end()) {
      shared->second.merge(message.body);
      return Delivery::Done;
    }
    const base::Now now;
    const auto report = parse_report(message.body, now);
    if (!report || message.topic != topic_of(report->vantage)) {
      note(Taken::Malformed);
      return Delivery::Done;
    }
    // What came another way already is no news, and no attack.
    const Taken taken = intake_.take(*report, now);
    if (taken != Taken::Repeated && report->vantage != name_) note(taken);
    return taken == Taken::WholeWanted ? Delivery::WholeWanted : Delivery::Done;
  }

 private:
  void listen(asio::io_context& io, const base::Endpoint& endpoint) {
    servers_.push_back(std::make_unique<http::Server>(
        io,
        http::ServerOptions{
            .listen = endpoint,
            .what = "cluster",
            .limits = {.body_bytes = kMaxBusBytes, .connections = kConnections},
            .admit = [this](const auto& head) { return identify(head, config_).has_value(); },
            .on_refused = [this](int status) { note_refused(status); },
            .tls = files_of(config_.credentials)},
        [this](const http::Request& request, const Respond& respond) {
          answer(request, respond);
        }));
  }

  void note(Taken taken) { ++counts_.reports[static_cast<std::size_t>(taken)]; }
  void note_refused(int status) {
    if (status == kUnauthorized) note(Taken::Unauthorized);
    if (status == kTooLarge) ++counts_.oversize;
  }

  void answer(const http::Request& request, const Respond& respond) {
    const auto who = identify(request, config_);
    if (!who) return respond(http::error_response(kUnauthorized, "unknown"));
    const std::string& path = request.target.path;
    if (path == "/v1/targets" && request.method == "GET") return respond({.body = targets_json_});
    if (path == "/v1/report" && request.method == "POST")
      return take_report(*who, request.body, respond);
    if (path == "/v1/bus" && request.method == "POST")
      return take_from_peer(*who, request.body, respond);
    respond(http::error_response(kNotFound, "there is no such resource"));
  }

  void take_report(const Identity& who, const std::string& body, const Respond& respond) {
    const base::Now now;
    const auto report = parse_report(body, now);
    if (!report) {
      note(Taken::Malformed);
      return respond(http::error_response(kBadRequest, report.error()));
    }
    if (who.role != Role::Vantage || who.name != report->vantage) {
      note(Taken::Unauthorized);
      return respond(http::error_response(
          kForbidden, fmt::format("you do not speak for \"{}\"", report->vantage)));
    }
    const Taken taken = intake_.take(*report, now);
    note(taken);
    if (taken == Taken::Taken) relay(report->vantage, body);
    const nlohmann::json answer{{"taken", to_string(taken)}, {"targets", targets_version_}};
    respond({.body = answer.dump() + "\n"});
  }

  void relay(const std::string& vantage, const std::string& body) {
    const std::string topic = topic_of(vantage);
    first_hand_.insert(topic);
    publish({topic, body});
  }

  void take_from_peer(const Identity& who, const std::string& body, const Respond& respond) {
    if (who.role != Role::Peer)
      return respond(http::error_response(kForbidden, "this is for nodes"));
    auto answer = take_bus_request(body, *this);
    if (!answer) return respond(http::error_response(kBadRequest, answer.error()));
    respond({.body = *std::move(answer)});
  }

  void gather() {
    if (!is_started_ || std::exchange(is_gathering_, true)) return;
    gather_.expires_after(kGather);
    gather_.async_wait([this](boost::system::error_code error) {
      is_gathering_ = false;
      if (!error && reporter_.has_changes()) report();
    });
  }
  void report() {
    const base::Now now;
    publish({topic_of(name_), to_json(reporter_.next(now), now)});
  }
  void beat() {
    report();
    heartbeat_.expires_after(kHeartbeat);
    heartbeat_.async_wait([this](boost::system::error_code error) {
      if (!error) beat();
    });
  }
  void tick() {
    consensus_.tick(base::Clock::now());
    tick_.expires_after(kTick);
    tick_.async_wait([this](boost::system::error_code error) {
      if (!error) tick();
    });
  }

  model::ClusterConfig config_;
  health::Consensus& consensus_;
  std::string name_;
  Intake intake_;
  Reporter reporter_;
  asio::steady_timer gather_;
  asio::steady_timer heartbeat_;
  asio::steady_timer tick_;
  std::vector<std::unique_ptr<http::Server>> servers_;
  std::vector<std::unique_ptr<Bus>> buses_;
  std::map<std::string, Shared> shared_;
  std::set<std::string> first_hand_;  // topics of vantages that report here
  std::string targets_json_ = to_json(std::span<const health::Target>{});
  std::string targets_version_;
  NodeStatus counts_;
  bool is_gathering_ = false;
  bool is_started_ = false;
};

Node::Node(asio::io_context& io, health::Consensus& consensus, std::string name,
           const model::ClusterConfig& config)
    : impl_(std::make_unique<Impl>(io, consensus, std::move(name), config)) {}
Node::~Node() = default;
void Node::share(std::string topic, Shared shared) {
  impl_->share(std::move(topic), std::move(shared));
}
void Node::publish(Message change) { impl_->publish(change); }
void Node::start() { impl_->start(); }
void Node::note_change(health::TargetId target) { impl_->note_change(target); }
void Node::note_targets() { impl_->note_targets(); }
void Node::reload_certificate() { impl_->reload_certificate(); }
std::vector<std::string> Node::listening() const { return impl_->listening(); }
NodeStatus Node::status() const { return impl_->status(); }

}  // namespace loadstar::cluster
