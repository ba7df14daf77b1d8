#include "loadstar/cluster/redis_bus.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "link_state.hpp"
#include "redis_connection.hpp"

namespace loadstar::cluster {
namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr base::Duration kTimeout = std::chrono::seconds(3);
/// How long a link that broke is left alone.
constexpr base::Duration kRetry = std::chrono::milliseconds(500);
/// How often the whole of a topic that changes is written at most, and how long it stands when its
/// node is gone.
constexpr base::Duration kStoreEvery = std::chrono::seconds(1);
constexpr int kExpireSeconds = 60;
/// What we publish comes back to us, too: when it does not for so long, nobody is heard.
constexpr base::Duration kDeafAfter = std::chrono::seconds(10);

std::optional<base::Endpoint> endpoint_of(const RedisReply& reply) {
  if (reply.list.size() != 2) return std::nullopt;
  const auto address = base::Address::parse(reply.list[0].text);
  const auto whole =
      address && address->is_v4() ? reply.list[0].text : '[' + reply.list[0].text + ']';
  const auto endpoint = base::Endpoint::parse(whole + ':' + reply.list[1].text, 0);
  return endpoint ? std::optional(*endpoint) : std::nullopt;
}

class RedisBus final : public Bus {
 public:
  RedisBus(asio::io_context& io, Replica& replica, std::string self,
           const model::RedisConfig& config)
      : io_(io),
        replica_(replica),
        self_(std::move(self)),
        config_(config),
        state_(name_of(config.servers.front())),
        retry_(io),
        store_(io) {}
  ~RedisBus() override { hang_up(); }

  void publish(const Message& change) override {
    dirty_.insert(change.topic);
    if (!is_ready_) return connect();
    if (base::Clock::now() - last_echo_ > kDeafAfter) return fail("nothing published comes back");
    send({{"from", self_}, {"topic", change.topic}, {"body", change.body}});
    store_soon();
  }

  [[nodiscard]] std::vector<LinkStatus> status() const override { return {state_.status()}; }

 private:
  [[nodiscard]] std::string name_of(const base::Endpoint& server) const {
    return config_.master.empty()
               ? "redis " + server.to_string()
               : fmt::format("redis {} ({})", config_.master, server.to_string());
  }
  [[nodiscard]] std::string key_of(const std::string& topic) const {
    return config_.prefix + ':' + topic;
  }

  // Connecting: a sentinel is asked for the master, or not; then two connections, since one that
  // listens cannot ask.

  void connect() {
    if (commands_ != nullptr || is_waiting_) return;
    if (config_.master.empty()) return open(config_.servers.front());
    commands_ = make_connection();
    commands_->open(config_.servers[next_sentinel_++ % config_.servers.size()]);
    commands_->ask({"SENTINEL", "get-master-addr-by-name", config_.master},
                   [this](const RedisReply& reply) {
                     const auto master = endpoint_of(reply);
                     if (!master) return fail("the sentinel knows no such master");
                     commands_->close();
                     open(*master);
                   });
  }

  void open(const base::Endpoint& server) {
    state_.rename(name_of(server));
    listener_ = make_connection();
    commands_ = make_connection();
    for (const auto& connection : {listener_, commands_}) {
      connection->open(server);
      authenticate(*connection);
    }
    listener_->subscribe(config_.prefix, [this](const std::string& text) { on_message(text); });
    // What was the master may be a replica by now, which takes no changes.
    commands_->ask({"ROLE"}, [this](const RedisReply& reply) {
      if (reply.kind == RedisReply::Kind::Error) return fail(reply.text);
      if (reply.list.empty() || reply.list[0].text != "master") return fail("it is not the master");
      on_ready();
    });
  }

  std::shared_ptr<RedisConnection> make_connection() {
    return std::make_shared<RedisConnection>(io_, kTimeout,
                                             [this](const std::string& problem) { fail(problem); });
  }

  void authenticate(RedisConnection& connection) {
    if (config_.password.empty()) return;
    std::vector<std::string> command{"AUTH"};
    if (!config_.user.empty()) command.push_back(config_.user);
    command.push_back(config_.password);
    connection.ask(command, [this](const RedisReply& reply) {
      if (reply.kind == RedisReply::Kind::Error) fail("it does not take the password");
    });
  }

  void on_ready() {
    is_ready_ = true;
    last_echo_ = base::Clock::now();
    state_.works(0);
    for (const std::string& topic : replica_.topics()) dirty_.insert(topic);
    publish_wholes("");
    ask_for("");
    commands_->ask({"SMEMBERS", topics_key()}, [this](const RedisReply& reply) {
      for (const RedisReply& topic : reply.list) fetch(topic.text);
    });
  }

  void send(const Json& message) {
    commands_->ask(
        {"PUBLISH", config_.prefix, message.dump(-1, ' ', false, Json::error_handler_t::replace)},
        [this](const RedisReply& reply) { on_published(reply); });
  }

  /// Whoever answers for a topic ("" = any) publishes the whole of it: sooner than it is stored.
  void ask_for(const std::string& topic) { send({{"from", self_}, {"wanted", topic}}); }

  /// Of one topic, or of all for "".
  void publish_wholes(const std::string& wanted) {
    for (const std::string& topic : replica_.topics()) {
      if (!wanted.empty() && topic != wanted) continue;
      std::string body = replica_.whole(topic);
      if (!body.empty()) publish({topic, std::move(body)});
    }
  }

  [[nodiscard]] std::string topics_key() const { return config_.prefix + ":topics"; }

  void fetch(const std::string& topic) {
    commands_->ask({"GET", key_of(topic)}, [this, topic](const RedisReply& reply) {
      if (reply.kind == RedisReply::Kind::Text) {
        static_cast<void>(replica_.take({topic, reply.text}));
        return;
      }
      // Its node has been gone for long.
      commands_->ask({"SREM", topics_key(), topic}, [](const RedisReply&) {});
    });
  }

  void on_message(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    const auto has_text = [&](const char* name) {
      return json.contains(name) && json[name].is_string();
    };
    if (!json.is_object() || !has_text("from")) return;
    if (json["from"] == self_) {
      last_echo_ = base::Clock::now();
      return;
    }
    if (has_text("wanted") && is_ready_) return publish_wholes(json["wanted"]);
    if (!has_text("topic") || !has_text("body")) return;
    const Message message{json["topic"].get<std::string>(), json["body"].get<std::string>()};
    if (replica_.take(message) == Delivery::WholeWanted && is_ready_) ask_for(message.topic);
  }

  void on_published(const RedisReply& reply) {
    if (reply.kind == RedisReply::Kind::Error) return fail(reply.text);
    state_.works(1);
  }

  // Wholes.

  void store_soon() {
    if (std::exchange(is_storing_, true)) return;
    store_.expires_after(kStoreEvery);
    store_.async_wait([this](boost::system::error_code error) {
      is_storing_ = false;
      if (!error && is_ready_) store();
    });
  }

  void store() {
    for (const std::string& topic : std::exchange(dirty_, {})) {
      const std::string body = replica_.whole(topic);
      if (body.empty()) continue;
      const auto check = [this](const RedisReply& reply) {
        if (reply.kind == RedisReply::Kind::Error) fail(reply.text);
      };
      commands_->ask({"SET", key_of(topic), body, "EX", std::to_string(kExpireSeconds)}, check);
      if (is_ready_) commands_->ask({"SADD", topics_key(), topic}, check);
    }
  }

  // Ending.

  void fail(const std::string& problem) {
    state_.fails(problem);
    hang_up();
    is_waiting_ = true;
    retry_.expires_after(kRetry);
    retry_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      is_waiting_ = false;
      connect();
    });
  }

  void hang_up() {
    is_ready_ = false;
    for (auto* connection : {&listener_, &commands_}) {
      if (*connection == nullptr) continue;
      (*connection)->close();
      // It may be the one that is calling us.
      asio::post(io_, [keep = std::move(*connection)] {});
      connection->reset();
    }
  }

  asio::io_context& io_;
  Replica& replica_;
  std::string self_;
  model::RedisConfig config_;
  LinkState state_;
  asio::steady_timer retry_;
  asio::steady_timer store_;
  std::shared_ptr<RedisConnection> listener_;
  std::shared_ptr<RedisConnection> commands_;
  std::set<std::string> dirty_;  // topics whose whole is to be written
  std::size_t next_sentinel_ = 0;
  base::TimePoint last_echo_{};  // when something of ours came back
  bool is_ready_ = false;
  bool is_waiting_ = false;
  bool is_storing_ = false;
};

}  // namespace

std::unique_ptr<Bus> make_redis_bus(asio::io_context& io, Replica& replica, std::string self,
                                    const model::RedisConfig& config) {
  return std::make_unique<RedisBus>(io, replica, std::move(self), config);
}

}  // namespace loadstar::cluster
