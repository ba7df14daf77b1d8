#include "link_state.hpp"

#include "loadstar/base/log.hpp"

namespace loadstar::cluster {

void LinkState::works(std::size_t messages) {
  status_.sent += messages;
  if (status_.connected) return;
  status_.connected = true;
  status_.problem.clear();
  status_.since = std::chrono::system_clock::now();
  base::log_info("connected to {}", status_.name);
}

void LinkState::fails(std::string_view problem) {
  ++status_.failures;
  const bool is_news = status_.connected || status_.problem.empty();
  status_.problem = problem;
  if (!is_news) return;
  status_.connected = false;
  status_.since = std::chrono::system_clock::now();
  base::log_warning("no connection to {}: {}; what is known stays in use", status_.name, problem);
}

}  // namespace loadstar::cluster
