#pragma once

#include "loadstar/cluster/bus.hpp"

namespace loadstar::cluster {

/// Keeps the status of a link, and says in the log when it breaks and when it stands again.
class LinkState {
 public:
  explicit LinkState(std::string name) { status_.name = std::move(name); }

  void rename(std::string name) { status_.name = std::move(name); }
  void works(std::size_t messages);
  void fails(std::string_view problem);
  [[nodiscard]] const LinkStatus& status() const noexcept { return status_; }

 private:
  LinkStatus status_;
};

}  // namespace loadstar::cluster
