#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace loadstar::base {

/// An immutable value that some threads replace and others take a share of. By a lock:
/// std::atomic<std::shared_ptr> has a data race between load and store in libstdc++ 12, as its load
/// lets go of the pointer in relaxed order.
template <class Value>
class Published {
 public:
  using Share = std::shared_ptr<const Value>;

  /// What was there is freed, if nobody has a share of it, after the lock is.
  void set(Share value) {
    const std::scoped_lock lock(mutex_);
    value_.swap(value);
  }
  /// Null before the first set().
  [[nodiscard]] Share get() const {
    const std::scoped_lock lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  Share value_;
};

}  // namespace loadstar::base
