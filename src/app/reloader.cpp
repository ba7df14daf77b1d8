#include "reloader.hpp"

#include <boost/asio/post.hpp>
#include <exception>

namespace loadstar::app {
namespace asio = boost::asio;

namespace {

/// What is wrong when not even the reading could be done, such as want of memory: everything stays.
std::shared_ptr<const Edition> unchanged(const Edition& current, const char* why) {
  auto edition = std::make_shared<Edition>(current);
  edition->diagnostics = {};
  edition->diagnostics.error({.file = "", .path = "", .message = why});
  return edition;
}

}  // namespace

Reloader::Reloader(asio::io_context& io, Sources sources, std::shared_ptr<const Edition> first,
                   Apply apply)
    : io_(io), sources_(std::move(sources)), current_(std::move(first)), apply_(std::move(apply)) {}

Reloader::~Reloader() { reading_.join(); }

void Reloader::request(Done done) {
  waiting_.push_back(std::move(done));
  if (!is_busy_) begin();
}

void Reloader::begin() {
  is_busy_ = true;
  running_ = std::exchange(waiting_, {});
  asio::post(reading_, [this] { read(); });
}

void Reloader::read() {
  std::shared_ptr<const Edition> next;
  try {
    next = read_edition(sources_, current_.get());
  } catch (const std::exception& error) {
    next = unchanged(*current_, error.what());
  }
  asio::post(io_, [this, next] {
    current_ = next;
    use();
  });
}

void Reloader::use() {
  apply_(current_, [this] {
    for (const Done& done : std::exchange(running_, {})) done(*current_);
    is_busy_ = false;
    if (!waiting_.empty()) begin();
  });
}

}  // namespace loadstar::app
