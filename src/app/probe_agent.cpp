#include "loadstar/app/probe_agent.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <fmt/format.h>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/log.hpp"
#include "loadstar/cluster/vantage.hpp"

#include "daemon.hpp"
#include "notify.hpp"

namespace loadstar::app {
namespace asio = boost::asio;

namespace {

std::vector<http::Url> urls_of(const model::ProbeConfig& config) {
  std::vector<http::Url> urls;
  for (const std::string& text : config.nodes) {
    auto url = http::Url::parse(text);
    if (!url) throw base::ConfigError(url.error());
    urls.push_back(*std::move(url));
  }
  return urls;
}

cluster::VantageOptions options_of(const model::ProbeConfig& config) {
  return {.name = config.name,
          .nodes = urls_of(config),
          .tls = {.certificate = config.credentials.certificate,
                  .key = config.credentials.key,
                  .roots = config.credentials.ca_file},
          .token = config.credentials.token,
          .run_programs = config.exec};
}

}  // namespace

class ProbeAgent::Impl {
 public:
  explicit Impl(const model::ProbeConfig& config) : vantage_(io_, options_of(config)) {
    become_harmless(config.user, config.seccomp,
                    config.exec ? Programs::Allowed : Programs::Denied);
  }

  void run() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      base::log_info("stopping on {}", signal == SIGTERM ? "SIGTERM" : "SIGINT");
      io_.stop();
    });
    vantage_.start();
    notify_service_manager("READY=1");
    base::log_info("ready");
    io_.run();
    notify_service_manager("STOPPING=1");
    base::log_info("stopped");
  }

 private:
  asio::io_context io_{1};
  asio::signal_set signals_{io_, SIGTERM, SIGINT};
  cluster::Vantage vantage_;
};

ProbeAgent::ProbeAgent(const model::ProbeConfig& config) : impl_(std::make_unique<Impl>(config)) {}

ProbeAgent::~ProbeAgent() = default;

void ProbeAgent::run() { impl_->run(); }

}  // namespace loadstar::app
