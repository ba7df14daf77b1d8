#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadstar/base/address.hpp"
#include "loadstar/base/duration.hpp"

struct redisReader;

namespace loadstar::cluster {

/// A reply, as far as a bus needs it (RESP2).
struct RedisReply {
  enum class Kind : std::uint8_t { Text, Nothing, List, Error };

  Kind kind = Kind::Nothing;
  std::string text;  ///< a string, a status, a number in digits, or an error
  std::vector<RedisReply> list;
};

/// One connection to a Redis: commands in order, each with its reply. Hiredis makes and reads the
/// protocol, Asio carries it. Calls nobody any more once it is closed.
class RedisConnection : public std::enable_shared_from_this<RedisConnection> {
 public:
  using OnReply = std::function<void(RedisReply)>;
  using OnEnd = std::function<void(const std::string& problem)>;

  /// What is published on a channel that was subscribed to.
  using OnMessage = std::function<void(std::string message)>;

  /// `on_end` is called once, when the connection is lost, or a reply takes longer than `timeout`.
  RedisConnection(boost::asio::io_context& io, base::Duration timeout, OnEnd on_end);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  void open(const base::Endpoint& server);
  /// Sent when the connection stands, and after what was asked before. An error is a reply, too.
  void ask(const std::vector<std::string>& command, OnReply on_reply);
  /// The last thing to ask.
  void subscribe(const std::string& channel, OnMessage on_message);
  void close();

 private:
  struct FreeReader {
    void operator()(redisReader* reader) const noexcept;
  };

  void write();
  void read();
  void on_read(std::size_t count);
  void on_reply(RedisReply reply);
  void expect_reply();
  void fail(std::string problem);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  base::Duration timeout_;
  OnEnd on_end_;
  OnMessage on_message_;
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::array<char, 65536> buffer_{};
  std::string waiting_;  // to be written
  std::string writing_;
  std::deque<OnReply> replies_;
  bool is_open_ = false;
};

}  // namespace loadstar::cluster
