#include "loadstar/cluster/vantage.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <iterator>
#include <utility>

#include "loadstar/base/log.hpp"
#include "loadstar/base/random.hpp"
#include "loadstar/cluster/node.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/health/probe_runner.hpp"

#include "node_link.hpp"

namespace loadstar::cluster {
namespace asio = boost::asio;

class Vantage::Impl {
 public:
  Impl(asio::io_context& io, const VantageOptions& options)
      : seen_({.self = options.name,
               .own_listener = [this](health::TargetId target,
                                      health::Change change) { on_change(target, change); }}),
        reporter_(seen_, options.name, base::Now()),
        probes_(io, seen_.own(), health::make_probers(io), {.seed = base::entropy()}),
        gather_(io),
        heartbeat_(io),
        runs_programs_(options.run_programs) {
    for (const http::Url& node : options.nodes) {
      links_.push_back(
          std::make_unique<NodeLink>(io, reporter_, options, node, [this] { take_targets(); }));
    }
  }

  void start() { beat(); }
  [[nodiscard]] const health::Board& board() const noexcept { return seen_.own(); }
  [[nodiscard]] std::vector<LinkStatus> links() const {
    std::vector<LinkStatus> all;
    for (const auto& link : links_) all.push_back(link->status());
    return all;
  }

 private:
  void on_change(health::TargetId target, health::Change change) {
    if (change == health::Change::Verdict) log_verdict(*seen_.own().entry(target));
    reporter_.note_change(target);
    if (std::exchange(is_gathering_, true)) return;
    gather_.expires_after(kGather);
    gather_.async_wait([this](boost::system::error_code error) {
      is_gathering_ = false;
      if (!error) report();
    });
  }

  static void log_verdict(const health::BoardEntry& entry) {
    const bool is_up = entry.status.verdict() != health::Verdict::Down;
    const std::string text = entry.target.address.to_string() +
                             (is_up ? " is up: " : " is down: ") + entry.status.last_text;
    base::log(is_up ? base::LogLevel::Info : base::LogLevel::Warning, text);
  }

  /// Of all nodes.
  void take_targets() {
    std::vector<health::Target> targets;
    for (const auto& link : links_)
      std::ranges::copy_if(link->targets(), std::back_inserter(targets),
                           [this](const health::Target& one) { return is_probed(one); });
    probes_.set_targets(targets);
    reporter_.note_targets();
    report();
  }

  /// Whoever takes a node over must not run programs here.
  [[nodiscard]] bool is_probed(const health::Target& target) const {
    return runs_programs_ || target.monitor->type != model::MonitorType::Exec;
  }

  void report() {
    const Report next = reporter_.next(base::Now());
    for (const auto& link : links_) link->report(next);
  }

  void beat() {
    report();
    heartbeat_.expires_after(kHeartbeat);
    heartbeat_.async_wait([this](boost::system::error_code error) {
      if (!error) beat();
    });
  }

  health::Consensus seen_;
  Reporter reporter_;
  health::ProbeRunner probes_;
  asio::steady_timer gather_;
  asio::steady_timer heartbeat_;
  std::vector<std::unique_ptr<NodeLink>> links_;
  bool runs_programs_;
  bool is_gathering_ = false;
};

Vantage::Vantage(asio::io_context& io, VantageOptions options)
    : impl_(std::make_unique<Impl>(io, options)) {}
Vantage::~Vantage() = default;
void Vantage::start() { impl_->start(); }
const health::Board& Vantage::board() const noexcept { return impl_->board(); }
std::vector<LinkStatus> Vantage::links() const { return impl_->links(); }

}  // namespace loadstar::cluster
