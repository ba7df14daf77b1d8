#include "server_options.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "loadstar/answer/rate_limiter.hpp"
#include "loadstar/base/log.hpp"

namespace loadstar::app {
namespace {

/// [::] is left out where there is no IPv6, so that a configuration holds on every machine.
std::vector<base::Endpoint> listen_addresses(std::vector<base::Endpoint> listen) {
  const base::Address any_v6(base::Family::V6, {});
  if (serve::has_ipv6() || listen.size() < 2) return listen;
  std::erase_if(listen, [&](const base::Endpoint& one) { return one.address == any_v6; });
  base::log_warning("this machine has no IPv6: not listening on [::]");
  return listen;
}

answer::ResponderOptions responder_options(const model::DnsConfig& config,
                                           std::shared_ptr<const answer::TransferRules> transfers) {
  answer::ResponderOptions options{.identity = config.identity,
                                   .ecs_from = config.ecs_from,
                                   .max_unproven_answer = config.max_answer_without_cookie};
  options.transfers = std::move(transfers);
  if (config.rate_limit)
    options.limiter = std::make_shared<answer::RateLimiter>(*config.rate_limit);
  return options;
}

serve::TcpLimits tcp_limits(const model::TcpConfig& config) {
  const serve::TcpLimits usual;
  return {
      .connections = config.connections.value_or(usual.connections),
      .per_client = config.per_client.value_or(usual.per_client),
      .memory = config.memory_mb ? std::size_t{*config.memory_mb} << 20 : usual.memory,
      .idle = config.idle.value_or(usual.idle),
      .io = config.io.value_or(usual.io),
      .handshakes = config.handshakes.value_or(usual.handshakes),
      .handshakes_per_client = config.handshakes_per_client.value_or(usual.handshakes_per_client),
      .handshake = config.handshake.value_or(usual.handshake)};
}

std::optional<serve::TlsOptions> tls_options(const std::optional<model::TlsConfig>& config) {
  if (!config) return std::nullopt;
  return serve::TlsOptions{.listen = listen_addresses(config->listen),
                           .files = {.certificate = config->certificate, .key = config->key}};
}

std::vector<serve::XdpOptions> xdp_options(const std::vector<model::XdpConfig>& configs) {
  std::vector<serve::XdpOptions> options;
  for (const model::XdpConfig& one : configs) {
    options.push_back({.interface = one.interface,
                       .native = one.native,
                       .zero_copy = one.zero_copy,
                       .symmetric = one.symmetric});
  }
  return options;
}

}  // namespace

serve::ServerOptions server_options(const model::DnsConfig& config,
                                    std::shared_ptr<const answer::TransferRules> transfers) {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  return {.listen = listen_addresses(config.listen),
          .workers = config.workers != 0 ? config.workers : cores,
          .responder = responder_options(config, std::move(transfers)),
          .tcp = tcp_limits(config.tcp),
          .tls = tls_options(config.tls),
          .proxy = {.listen = config.proxy_protocol.listen, .from = config.proxy_protocol.from},
          .xdp = xdp_options(config.xdp)};
}

}  // namespace loadstar::app
