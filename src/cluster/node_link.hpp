#pragma once

#include <functional>
#include <string>
#include <vector>

#include "loadstar/cluster/reporter.hpp"
#include "loadstar/cluster/vantage.hpp"
#include "loadstar/health/target.hpp"

#include "link_state.hpp"

namespace loadstar::cluster {

/// From a vantage to one node.
class NodeLink {
 public:
  /// `on_targets` is called when the node has other targets than before.
  NodeLink(boost::asio::io_context& io, const Reporter& reporter, const VantageOptions& options,
           const http::Url& node, std::function<void()> on_targets);

  /// Tells the next report; the whole when the node has missed something.
  void report(const Report& next);

  /// What the node has probed; none before it has been heard.
  [[nodiscard]] const std::vector<health::Target>& targets() const noexcept { return targets_; }
  [[nodiscard]] const LinkStatus& status() const noexcept { return state_.status(); }

 private:
  using Answer = std::expected<http::Response, std::string>;

  void send(const Report& report);
  void send_whole();
  void on_answer(const Answer& answer);
  void fetch_targets();
  void on_targets(const Answer& answer);
  void fail(std::string_view problem);

  const Reporter& reporter_;
  http::Client client_;
  LinkState state_;
  std::function<void()> on_change_;
  std::vector<health::Target> targets_;
  std::string targets_version_;
  bool is_in_step_ = false;  // it has all reports up to the last
};

}  // namespace loadstar::cluster
