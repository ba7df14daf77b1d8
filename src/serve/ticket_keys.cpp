#include "loadstar/serve/ticket_keys.hpp"

#include <openssl/rand.h>
#include <stdexcept>

namespace loadstar::serve {
namespace {

template <std::size_t Size>
void fill(std::array<std::uint8_t, Size>& secret) {
  if (::RAND_bytes(secret.data(), static_cast<int>(Size)) != 1) {
    throw std::runtime_error("no randomness for session tickets");
  }
}

}  // namespace

TicketKey TicketKeys::fresh() {
  TicketKey key;
  fill(key.name);
  fill(key.encryption);
  fill(key.signature);
  return key;
}

void TicketKeys::rotate(base::TimePoint now) {
  const auto age = now - made_;
  if (age < kRotation) return;
  previous_.reset();
  if (age < 2 * kRotation) previous_ = current_;
  current_ = fresh();
  made_ = now;
}

TicketKey TicketKeys::current(base::TimePoint now) {
  const std::scoped_lock lock(mutex_);
  rotate(now);
  return current_;
}

std::optional<TicketKey> TicketKeys::find(const TicketKey::Name& name, base::TimePoint now) {
  const std::scoped_lock lock(mutex_);
  rotate(now);
  if (name == current_.name) return current_;
  if (previous_ && name == previous_->name) return previous_;
  return std::nullopt;
}

}  // namespace loadstar::serve
