#include "loadstar/http/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <deque>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "loadstar/base/diagnostic.hpp"

#include "client_connection.hpp"

namespace loadstar::http {
namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using boost::system::error_code;

namespace {

std::string text_of(const error_code& error) {
  if (error == boost::beast::error::timeout) return "timeout";
  if (error.category() == asio::error::get_ssl_category() ||
      error.category() == asio::error::get_netdb_category())
    return error.message();
  std::string text = error.message();
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

std::string type_of(const ClientConnection::Response& response) {
  const auto type = response[bhttp::field::content_type];
  return {type.data(), type.size()};
}

}  // namespace

class Client::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, ClientOptions options) : io_(io), options_(std::move(options)) {
    if (options_.url.scheme == Scheme::Https) tls_ = client_context(options_.tls);
  }

  void ask(Question question, Done done) {
    waiting_.push_back({std::move(question), std::move(done)});
    // Never within ask(), so that a caller need not expect to be called.
    if (waiting_.size() == 1)
      asio::post(io_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->start(Try::First);
      });
  }
  void stop() {
    waiting_.clear();
    if (connection_ != nullptr) connection_->close();
  }
  [[nodiscard]] std::size_t pending() const noexcept { return waiting_.size(); }

 private:
  enum class Try : std::uint8_t { First, Second };
  struct Waiting {
    Question question;
    Done done;
  };

  void start(Try which) {
    if (waiting_.empty()) return;
    const bool is_reused = connection_ != nullptr && connection_->is_open();
    if (!is_reused) connection_ = make_connection(io_, options_, tls_);
    connection_->exchange(request_of(waiting_.front().question),
                          [weak = weak_from_this(), is_reused, which](
                              const error_code& error, ClientConnection::Response response) {
                            const auto self = weak.lock();
                            if (self == nullptr || self->waiting_.empty()) return;
                            const bool was_closed_meanwhile = error && is_reused &&
                                                              which == Try::First &&
                                                              error != boost::beast::error::timeout;
                            if (was_closed_meanwhile) return self->start(Try::Second);
                            self->finish(error, std::move(response));
                          });
  }

  void finish(const error_code& error, ClientConnection::Response response) {
    const Done done = std::move(waiting_.front().done);
    waiting_.pop_front();
    if (!waiting_.empty()) start(Try::First);
    if (error) return done(std::unexpected(text_of(error)));
    done(Response{.status = static_cast<int>(response.result_int()),
                  .body = std::move(response.body()),
                  .type = type_of(response)});
  }

  [[nodiscard]] ClientConnection::Request request_of(const Question& question) const {
    ClientConnection::Request request;
    request.version(11);
    request.method_string(question.method);
    request.target(question.target);
    request.set(bhttp::field::host, options_.url.authority());
    request.set(bhttp::field::user_agent, "loadstar");
    if (!options_.token.empty())
      request.set(bhttp::field::authorization, "Bearer " + options_.token);
    if (!question.body.empty()) request.set(bhttp::field::content_type, "application/json");
    request.body() = question.body;
    request.prepare_payload();
    return request;
  }

  asio::io_context& io_;
  ClientOptions options_;
  TlsContext tls_;
  std::shared_ptr<ClientConnection> connection_;
  std::deque<Waiting> waiting_;  // the first is under way
};

Client::Client(asio::io_context& io, ClientOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}

Client::~Client() { impl_->stop(); }

void Client::ask(Question question, Done done) { impl_->ask(std::move(question), std::move(done)); }

std::size_t Client::pending() const noexcept { return impl_->pending(); }

namespace {

/// What the server says is wrong.
std::string refusal(const Response& response) {
  const auto document = nlohmann::json::parse(response.body, nullptr, false);
  if (document.is_object() && document.contains("error") && document["error"].is_string())
    return document["error"].get<std::string>();
  return fmt::format("the server answers with status {}", response.status);
}

}  // namespace

std::string ask(std::string_view url, const Question& question) {
  const auto to = Url::parse(url);
  if (!to) throw base::ConfigError(to.error());
  asio::io_context io;
  Client client(io, {.url = *to});
  std::optional<std::expected<Response, std::string>> answer;
  client.ask(question, [&](auto got) {
    answer = std::move(got);
    io.stop();
  });
  io.run();
  if (!*answer) throw base::ConfigError(fmt::format("cannot ask {}: {}", url, answer->error()));
  if ((*answer)->status != 200) throw base::ConfigError(refusal(**answer));
  return std::move((*answer)->body);
}

}  // namespace loadstar::http
