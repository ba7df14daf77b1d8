#include "reloader.hpp"

#include <boost/asio/post.hpp>
#include <exception>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace loadstar::app {
namespace asio = boost::asio;

namespace {

/// Reading a million names takes a second of a core, on which queries are answered, too.
void give_way() {
  constexpr int kNice = 10;
  // Per thread on Linux. Where it is denied, answers come later during a reload.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice));
}

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
    : io_(io),
      sources_(std::move(sources)),
      current_(std::move(first)),
      retirement_(io),
      apply_(std::move(apply)) {
  asio::post(reading_, give_way);
}

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
  asio::post(io_, [this, next] { use(std::exchange(current_, next)); });
}

/// Whoever drops the last share of an edition frees it, which takes long. That must be neither a
/// worker nor the thread that runs `io`.
void Reloader::retire(std::shared_ptr<const Edition> edition) {
  asio::post(reading_, [old = std::exchange(retired_, std::move(edition))] {});
  retirement_.expires_after(kRetirement);
  retirement_.async_wait([this](boost::system::error_code error) {
    if (!error) asio::post(reading_, [old = std::move(retired_)] {});
  });
}

void Reloader::use(std::shared_ptr<const Edition> replaced) {
  apply_(current_, [this, replaced = std::move(replaced)]() mutable {
    retire(std::move(replaced));
    for (const Done& done : std::exchange(running_, {})) done(*current_);
    is_busy_ = false;
    if (!waiting_.empty()) begin();
  });
}

}  // namespace loadstar::app
