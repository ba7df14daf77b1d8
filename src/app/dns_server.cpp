#include "loadstar/app/dns_server.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <optional>

#include "loadstar/app/acme_challenges.hpp"
#include "loadstar/app/edition.hpp"
#include "loadstar/app/explain.hpp"
#include "loadstar/app/override_file.hpp"
#include "loadstar/app/override_keeper.hpp"
#include "loadstar/app/publisher.hpp"
#include "loadstar/app/version.hpp"
#include "loadstar/app/zone_notifier.hpp"
#include "loadstar/base/log.hpp"
#include "loadstar/base/random.hpp"
#include "loadstar/cluster/node.hpp"
#include "loadstar/control/api.hpp"
#include "loadstar/health/probe_runner.hpp"
#include "loadstar/serve/server.hpp"

#include "change_timer.hpp"
#include "daemon.hpp"
#include "file_watch.hpp"
#include "notify.hpp"
#include "reloader.hpp"
#include "server_options.hpp"
#include "status_view.hpp"
#include "verdict_memory.hpp"

namespace loadstar::app {
namespace asio = boost::asio;

namespace {

Sources sources_of(const model::DnsConfig& config) {
  return {.zones = config.zones,
          .geoip = config.geoip,
          .on_all_down = config.on_all_down,
          .cookie_secrets = config.cookie_secrets,
          .state = config.state};
}

constexpr std::string_view kOverridesTopic = "overrides";

health::OwnVote own_vote(const model::DnsConfig& config) {
  const bool is_spare = config.cluster && config.cluster->vote == model::NodeVote::Alone;
  return is_spare ? health::OwnVote::Alone : health::OwnVote::Always;
}

/// At start every mistake counts.
std::shared_ptr<const Edition> read_first_edition(const model::DnsConfig& config) {
  auto edition = read_edition(sources_of(config), nullptr);
  if (edition->diagnostics.has_errors()) throw base::ConfigError(edition->diagnostics.errors());
  return edition;
}

std::vector<base::Endpoint> endpoints_of(const std::vector<serve::Listening>& listening) {
  std::vector<base::Endpoint> endpoints;
  for (const serve::Listening& one : listening) endpoints.push_back(one.endpoint);
  return endpoints;
}

/// What does not go by XDP goes by sockets: that is told, and no reason not to serve.
void log_xdp(const std::vector<serve::XdpStatus>& interfaces) {
  for (const serve::XdpStatus& one : interfaces) {
    if (one.queues == 0)
      base::log_warning("XDP is not used on {}, only sockets: {}", one.interface, one.problem);
    else
      base::log_info("XDP on {}", one.to_string());
    if (one.queues != 0 && !one.problem.empty())
      base::log_warning("XDP on {} is not used for all addresses: {}", one.interface, one.problem);
  }
}

/// A first "exec" monitor that comes with a reload comes too late: its status says so.
Programs programs_for(const answer::Snapshot& snapshot) {
  const auto runs_program = [](const health::Target& target) {
    return target.monitor->type == model::MonitorType::Exec;
  };
  return std::ranges::any_of(targets_of(snapshot), runs_program) ? Programs::Allowed
                                                                 : Programs::Denied;
}

void log_mistakes(const std::vector<base::Diagnostic>& errors,
                  const std::vector<base::Diagnostic>& warnings) {
  for (const base::Diagnostic& one : errors) base::log_error("{}", one.to_string());
  for (const base::Diagnostic& one : warnings) base::log_warning("{}", one.to_string());
}

std::vector<std::filesystem::path> watched(const model::DnsConfig& config) {
  std::vector<std::filesystem::path> paths = config.zones;
  paths.insert(paths.end(), config.geoip.begin(), config.geoip.end());
  if (!config.cookie_secrets.empty()) paths.push_back(config.cookie_secrets);
  if (config.tls) paths.insert(paths.end(), {config.tls->certificate, config.tls->key});
  return paths;
}

}  // namespace

class DnsServer::Impl : public control::Backend {
 public:
  explicit Impl(model::DnsConfig config);
  void run();

  control::Status status() override;
  std::expected<std::string, std::string> explain(const control::ExplainRequest& request) override;
  std::expected<void, std::string> add_challenge(const control::ChallengeRequest& request) override;
  std::expected<void, std::string> remove_challenge(
      const control::ChallengeRequest& request) override;
  std::string overrides() override;
  std::expected<std::string, std::string> set_override(
      const control::OverrideRequest& request) override;
  std::expected<void, std::string> remove_override(
      const control::OverrideRequest& request) override;
  void reload(ReloadDone done) override;

 private:
  void on_agreed(health::TargetId target, health::Change change);
  void on_own_change(health::TargetId target, health::Change change);
  static void log_vantage(const health::VantageInfo& vantage);
  void share_overrides();
  void set_targets(const std::vector<health::Target>& targets);
  void on_overrides(std::span<const health::Override> changed);
  void flush();
  void log_verdict(health::TargetId target) const;
  void log_hold(health::TargetId target) const;
  void apply(std::shared_ptr<const Edition> edition, std::function<void()> done);
  void put_to_use(const Edition& edition);
  void note_reading(const Edition& edition);
  void reload_certificate();
  [[nodiscard]] std::vector<base::Diagnostic> mistakes(const Edition& edition) const;
  void go_live();
  void reload_unasked(std::string_view reason);
  void wait_for_signal();
  void on_signal(int signal);

  model::DnsConfig config_;
  control::SystemTime started_ = std::chrono::system_clock::now();
  asio::io_context io_{1};
  asio::signal_set signals_{io_, SIGTERM, SIGINT, SIGHUP};
  answer::StateBoard states_;
  health::Consensus health_;
  OverrideKeeper overrides_;
  Publisher publisher_{states_, health_, &overrides_.overrides()};
  ChangeTimer change_timer_{io_, publisher_};
  // From here on built in this order by the constructor: files, sockets, and threads only when
  // privileges are gone.
  std::optional<serve::Server> server_;
  std::optional<ZoneNotifier> notifier_;
  std::optional<cluster::Node> node_;
  std::optional<AcmeChallenges> challenges_;
  std::optional<http::Server> control_;
  std::optional<health::ProbeRunner> probes_;
  std::optional<VerdictMemory> verdicts_;
  std::optional<Reloader> reloader_;
  std::optional<FileWatch> files_;
  control::ReloadStatus reading_;
  std::vector<base::Diagnostic> certificate_mistakes_;
  bool flush_is_due_ = false;
  bool is_live_ = false;
};

DnsServer::Impl::Impl(model::DnsConfig config)
    : config_(std::move(config)),
      health_({.self = config_.vantage.empty() ? "self" : config_.vantage,
               .own_vote = own_vote(config_),
               .listener = [this](auto target, auto change) { on_agreed(target, change); },
               .own_listener = [this](auto target, auto change) { on_own_change(target, change); },
               .vantage_listener = log_vantage}),
      overrides_(
          config_.state, config_.vantage.empty() ? config_.identity : config_.vantage,
          [this](auto changed) { on_overrides(changed); },
          [this](const health::Override& one) { return publisher_.guard_against(one); }) {
  auto first = read_first_edition(config_);
  const auto transfers =
      std::make_shared<const answer::TransferRules>(config_.keys, config_.transfers);
  server_.emplace(states_, server_options(config_, transfers));
  notifier_.emplace(io_, ZoneNotifier::Options{.rules = config_.transfers,
                                               .keys = transfers,
                                               .ourselves = endpoints_of(server_->listening())});
  if (config_.control) {
    control_.emplace(io_, http::ServerOptions{.listen = *config_.control, .what = "control"},
                     control::make_api(*this));
  }
  if (config_.cluster) node_.emplace(io_, health_, config_.vantage, *config_.cluster);
  auto probers = health::make_probers(io_);
  become_harmless(config_.user, config_.seccomp, programs_for(*first->snapshot));

  challenges_.emplace(io_, config_.state, [this](auto challenges) {
    publisher_.set_challenges(std::move(challenges));
  });
  verdicts_.emplace(io_, config_.state, health_.own());
  verdicts_->recall();
  overrides_.recall(base::Now());
  if (node_) share_overrides();
  probes_.emplace(io_, health_.own(), std::move(probers),
                  health::ScheduleOptions{.seed = base::entropy()});
  reloader_.emplace(io_, sources_of(config_), std::move(first), [this](auto edition, auto done) {
    apply(std::move(edition), std::move(done));
  });
  files_.emplace(io_, watched(config_), [this] { reload_unasked("files have changed"); });
}

void DnsServer::Impl::run() {
  wait_for_signal();
  reloader_->start();
  io_.run();
  notify_service_manager("STOPPING=1");
  verdicts_->stop();
  server_->stop();
  base::log_info("stopped");
}

void DnsServer::Impl::wait_for_signal() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (!error) on_signal(signal);
  });
}

void DnsServer::Impl::on_signal(int signal) {
  if (signal == SIGHUP) {
    reload_unasked("SIGHUP");
    return wait_for_signal();
  }
  base::log_info("stopping on {}", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  io_.stop();
}

void DnsServer::Impl::reload_unasked(std::string_view reason) {
  base::log_info("reading the files again: {}", reason);
  reload([](const auto&) {});
}

void DnsServer::Impl::reload(ReloadDone done) {
  if (is_live_) notify_reloading();
  reload_certificate();
  reloader_->request(
      [this, done = std::move(done)](const Edition& edition) { done(mistakes(edition)); });
}

/// What cannot be used leaves the certificate as it is.
void DnsServer::Impl::reload_certificate() {
  certificate_mistakes_.clear();
  try {
    server_->reload_certificate();
    if (node_) node_->reload_certificate();
  } catch (const base::ConfigError& error) {
    certificate_mistakes_ = error.diagnostics();
  }
}

/// All of the last reading.
std::vector<base::Diagnostic> DnsServer::Impl::mistakes(const Edition& edition) const {
  std::vector<base::Diagnostic> all = certificate_mistakes_;
  const auto& others = edition.diagnostics.errors();
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

/// New targets are probed before they can be answered with; meanwhile the old ones stay probed.
void DnsServer::Impl::apply(std::shared_ptr<const Edition> edition, std::function<void()> done) {
  std::vector<health::Target> targets = targets_of(*edition->snapshot);
  if (const auto state = states_.load()) {
    const auto old = targets_of(*state->snapshot);
    targets.insert(targets.end(), old.begin(), old.end());
  }
  set_targets(targets);
  if (!is_live_ && probes_->awaited() != 0)
    base::log_info("waiting for the first probes of {} targets", probes_->awaited());
  probes_->when_first_round_done([this, edition = std::move(edition), done = std::move(done)] {
    put_to_use(*edition);
    done();
  });
}

/// What is said to one node reaches all.
void DnsServer::Impl::share_overrides() {
  node_->share(std::string(kOverridesTopic),
               {.whole = [this] { return overrides_to_json(overrides_.overrides().all()); },
                .merge =
                    [this](std::string_view text) {
                      const auto others = overrides_from_json(text);
                      if (others)
                        overrides_.merge(*others, base::Now());
                      else
                        base::log_warning("overrides of another node: {}", others.error());
                    }});
  overrides_.listen([this](const health::Override& one) {
    node_->publish({std::string(kOverridesTopic), overrides_to_json(std::span(&one, 1))});
  });
}

void DnsServer::Impl::set_targets(const std::vector<health::Target>& targets) {
  probes_->set_targets(targets);
  if (node_) node_->note_targets();
}

void DnsServer::Impl::put_to_use(const Edition& edition) {
  publisher_.publish(edition.snapshot);
  change_timer_.arm();
  set_targets(targets_of(*edition.snapshot));
  note_reading(edition);
  if (!is_live_) go_live();
  notifier_->tell(*edition.snapshot);
  notify_service_manager("READY=1");
}

void DnsServer::Impl::note_reading(const Edition& edition) {
  reading_.diagnostics = mistakes(edition);
  log_mistakes(reading_.diagnostics, edition.diagnostics.warnings());
  if (reading_.diagnostics.empty()) {
    ++reading_.successes;
    reading_.last_success = std::chrono::system_clock::now();
  } else {
    ++reading_.failures;
  }
  const auto broken = std::ranges::count_if(
      edition.zones, [](const auto& zone) { return zone.second.is_broken(); });
  if (reading_.diagnostics.empty()) {
    base::log_info("serving {} zones", edition.zones.size());
  } else {
    base::log_warning("serving {} zones, {} of them broken; what was good before stays in use",
                      edition.zones.size(), broken);
  }
}

void DnsServer::Impl::go_live() {
  is_live_ = true;
  server_->start();
  for (const serve::Listening& one : server_->listening()) {
    base::log_info("listening on {}", one.to_string());
  }
  log_xdp(server_->xdp());
  if (control_) base::log_info("listening on {} (control)", control_->endpoint().to_string());
  if (node_) {
    for (const std::string& one : node_->listening()) base::log_info("listening on {}", one);
    node_->start();
  }
  base::log_info("ready");
  verdicts_->start();
}

void DnsServer::Impl::on_own_change(health::TargetId target, health::Change change) {
  if (change == health::Change::Verdict || change == health::Change::Held) verdicts_->note_change();
  if (change == health::Change::Held) log_hold(target);
  if (node_) node_->note_change(target);
}

void DnsServer::Impl::on_agreed(health::TargetId target, health::Change change) {
  if (change == health::Change::Verdict) log_verdict(target);
  publisher_.mark(target);
  if (std::exchange(flush_is_due_, true)) return;
  // A site that goes down is many verdicts, and one State.
  asio::post(io_, [this] {
    flush_is_due_ = false;
    flush();
  });
}

void DnsServer::Impl::on_overrides(std::span<const health::Override> changed) {
  for (const health::Override& one : changed) publisher_.mark(one.target);
  if (is_live_) flush();
}

void DnsServer::Impl::flush() {
  publisher_.flush();
  change_timer_.arm();
}

void DnsServer::Impl::log_hold(health::TargetId target) const {
  const health::BoardEntry* const entry = health_.own().entry(target);
  if (entry == nullptr) return;
  const select::FlapLimits& limits = entry->target.monitor->flap;
  const auto hold =
      std::chrono::ceil<std::chrono::seconds>(entry->status.flap.held_until - base::Clock::now());
  base::log_warning(
      "{} is up again but held down for {}: its verdict has changed {} times within {}",
      to_string(entry->target), base::to_string(hold), entry->status.flap.changes.size(),
      base::to_string(limits.within));
}

void DnsServer::Impl::log_verdict(health::TargetId target) const {
  const health::BoardEntry* const entry = health_.own().entry(target);
  if (entry == nullptr) return;
  const health::Agreed agreed = health_.of(target);
  const bool is_up = agreed.verdict != health::Verdict::Down;
  base::log(is_up ? base::LogLevel::Info : base::LogLevel::Warning,
            fmt::format("{} is {}: {}", to_string(entry->target), is_up ? "up" : "down",
                        agreed.counted > 1
                            ? fmt::format("{} of {} vantages say up", agreed.up, agreed.counted)
                            : entry->status.last_text));
}

void DnsServer::Impl::log_vantage(const health::VantageInfo& vantage) {
  switch (vantage.state) {
    case health::VantageState::Counts: return base::log_info("vantage {} counts", vantage.name);
    case health::VantageState::Spare:
      return base::log_info("vantage {} counts no more, since others do", vantage.name);
    case health::VantageState::Silent:
      return base::log_warning("vantage {} is silent, and does not count", vantage.name);
    case health::VantageState::CutOff:
      return base::log_warning(
          "vantage {} sees everything down while others do not: it is cut off, and does not count",
          vantage.name);
  }
}

control::Status DnsServer::Impl::status() {
  const base::Now now;
  control::Status status;
  status.version = kVersion;
  status.identity = config_.identity;
  status.started = started_;
  status.now = now.system;
  for (const serve::Listening& one : server_->listening()) {
    status.listening.push_back(one.to_string());
  }
  status.xdp = server_->xdp();
  status.certificate_expires = server_->certificate_expires().value_or(control::SystemTime{});
  status.zones = zone_statuses(reloader_->current());
  status.databases = database_statuses(reloader_->current());
  status.pools = pool_statuses(states_.load().get(), health_, overrides_.overrides(), now);
  for (std::size_t i = 0; i < status.pools.size(); ++i)
    status.pools[i].guards = publisher_.guards(i);
  status.overrides = override_statuses(overrides_.overrides(), now);
  status.vantages = vantage_statuses(health_, now);
  if (node_) status.cluster = node_->status();
  status.workers = server_->counts();
  status.reload = reading_;
  status.notify = notifier_->status();
  return status;
}

std::expected<std::string, std::string> DnsServer::Impl::explain(
    const control::ExplainRequest& request) {
  const auto state = states_.load();
  if (state == nullptr) return std::unexpected("nothing is served yet");
  return app::explain(*state,
                      {.name = request.name, .type = request.type, .client = request.client});
}

std::expected<void, std::string> DnsServer::Impl::add_challenge(
    const control::ChallengeRequest& request) {
  const auto state = states_.load();
  if (state == nullptr) return std::unexpected("nothing is served yet");
  return challenges_->add(request, *state->snapshot);
}

std::expected<void, std::string> DnsServer::Impl::remove_challenge(
    const control::ChallengeRequest& request) {
  return challenges_->remove(request);
}

std::string DnsServer::Impl::overrides() { return overrides_to_json(overrides_.overrides().all()); }

std::expected<std::string, std::string> DnsServer::Impl::set_override(
    const control::OverrideRequest& request) {
  const auto state = states_.load();
  if (state == nullptr) return std::unexpected("nothing is served yet");
  return overrides_.set(request, *state->snapshot, base::Now());
}

std::expected<void, std::string> DnsServer::Impl::remove_override(
    const control::OverrideRequest& request) {
  return overrides_.remove(request, base::Now());
}

DnsServer::DnsServer(model::DnsConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}

DnsServer::~DnsServer() = default;

void DnsServer::run() { impl_->run(); }

}  // namespace loadstar::app
