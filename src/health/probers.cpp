#include "loadstar/health/prober.hpp"

namespace loadstar::health {

Probers make_probers(boost::asio::io_context& io) {
  Probers probers;
  probers[model::MonitorType::Tcp] = make_tcp_prober(io);
  probers[model::MonitorType::Tls] = make_tls_prober(io);
  probers[model::MonitorType::Http] = make_http_prober(io);
  probers[model::MonitorType::Https] = make_https_prober(io);
  probers[model::MonitorType::Icmp] = make_icmp_prober(io);
  probers[model::MonitorType::Dns] = make_dns_prober(io);
  probers[model::MonitorType::Exec] = make_exec_prober(io);
  probers[model::MonitorType::File] = make_file_prober(io);
  probers[model::MonitorType::Agent] = make_agent_prober(io);
  return probers;
}

}  // namespace loadstar::health
