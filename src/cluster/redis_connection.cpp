#include "redis_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <hiredis/hiredis.h>
#include <utility>

namespace loadstar::cluster {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string protocol_of(const std::vector<std::string>& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const std::string& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* text = nullptr;
  const int size =
      ::redisFormatCommandArgv(&text, static_cast<int>(words.size()), words.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  const std::unique_ptr<char, decltype(&::redisFreeCommand)> owner(text, ::redisFreeCommand);
  return {text, static_cast<std::size_t>(size)};
}

RedisReply reply_of(const redisReply& raw) {
  RedisReply reply;
  switch (raw.type) {
    case REDIS_REPLY_NIL: return reply;
    case REDIS_REPLY_INTEGER:
      reply.kind = RedisReply::Kind::Text;
      reply.text = std::to_string(raw.integer);
      return reply;
    case REDIS_REPLY_ARRAY:
      reply.kind = RedisReply::Kind::List;
      for (std::size_t i = 0; i < raw.elements; ++i)
        reply.list.push_back(reply_of(*raw.element[i]));
      return reply;
    default:
      reply.kind = raw.type == REDIS_REPLY_ERROR ? RedisReply::Kind::Error : RedisReply::Kind::Text;
      reply.text.assign(raw.str, raw.len);
      return reply;
  }
}

asio::ip::tcp::endpoint to_asio(const base::Endpoint& endpoint) {
  return {asio::ip::make_address(endpoint.address.to_string()), endpoint.port};
}

}  // namespace

void RedisConnection::FreeReader::operator()(redisReader* reader) const noexcept {
  ::redisReaderFree(reader);
}

RedisConnection::RedisConnection(asio::io_context& io, base::Duration timeout, OnEnd on_end)
    : socket_(io),
      timer_(io),
      timeout_(timeout),
      on_end_(std::move(on_end)),
      reader_(::redisReaderCreate()) {
  if (reader_ == nullptr) throw std::bad_alloc();
}

RedisConnection::~RedisConnection() = default;

void RedisConnection::open(const base::Endpoint& server) {
  expect_reply();
  socket_.async_connect(to_asio(server), [self = shared_from_this()](const error_code& error) {
    if (self->on_end_ == nullptr) return;
    if (error) return self->fail(error.message());
    self->is_open_ = true;
    if (self->replies_.empty()) self->timer_.cancel();
    self->read();
    self->write();
  });
}

void RedisConnection::ask(const std::vector<std::string>& command, OnReply on_reply) {
  waiting_ += protocol_of(command);
  if (replies_.empty()) expect_reply();
  replies_.push_back(std::move(on_reply));
  write();
}

void RedisConnection::subscribe(const std::string& channel, OnMessage on_message) {
  on_message_ = std::move(on_message);
  ask({"SUBSCRIBE", channel}, [](const RedisReply&) {});
}

void RedisConnection::close() {
  on_end_ = nullptr;
  on_message_ = nullptr;
  replies_.clear();
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void RedisConnection::write() {
  if (!is_open_ || !writing_.empty() || waiting_.empty()) return;
  writing_ = std::exchange(waiting_, {});
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      self->writing_.clear();
                      if (self->on_end_ == nullptr) return;
                      if (error) return self->fail(error.message());
                      self->write();
                    });
}

void RedisConnection::read() {
  socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](
                                                     const error_code& error, std::size_t count) {
    if (self->on_end_ == nullptr) return;
    if (error) return self->fail(error == asio::error::eof ? "closed" : error.message());
    self->on_read(count);
  });
}

void RedisConnection::on_read(std::size_t count) {
  if (::redisReaderFeed(reader_.get(), buffer_.data(), count) != REDIS_OK)
    return fail("what it says is not Redis");
  while (on_end_ != nullptr) {
    void* raw = nullptr;
    if (::redisReaderGetReply(reader_.get(), &raw) != REDIS_OK)
      return fail("what it says is not Redis");
    if (raw == nullptr) break;
    const std::unique_ptr<void, decltype(&::freeReplyObject)> owner(raw, ::freeReplyObject);
    on_reply(reply_of(*static_cast<const redisReply*>(raw)));
  }
  if (on_end_ != nullptr) read();
}

void RedisConnection::on_reply(RedisReply reply) {
  const bool is_message = on_message_ && reply.list.size() == 3 && reply.list[0].text == "message";
  if (is_message) return on_message_(std::move(reply.list[2].text));
  if (replies_.empty()) return fail("a reply that nobody asked for");
  const OnReply done = std::move(replies_.front());
  replies_.pop_front();
  timer_.cancel();
  if (!replies_.empty()) expect_reply();
  done(std::move(reply));
}

void RedisConnection::expect_reply() {
  timer_.expires_after(timeout_);
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!error && self != nullptr && self->on_end_ != nullptr) self->fail("timeout");
  });
}

void RedisConnection::fail(std::string problem) {
  const OnEnd on_end = std::exchange(on_end_, nullptr);
  close();
  if (on_end) on_end(problem);
}

}  // namespace loadstar::cluster
