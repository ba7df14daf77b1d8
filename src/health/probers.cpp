#include "loadstar/health/prober.hpp"

namespace loadstar::health {

Probers make_probers(boost::asio::io_context& io) {
  Probers probers;
  probers[model::MonitorType::Tcp] = make_tcp_prober(io);
  probers[model::MonitorType::Tls] = make_tls_prober(io);
  probers[model::MonitorType::Http] = make_http_prober(io);
  probers[model::MonitorType::Https] = make_https_prober(io);
  return probers;
}

}  // namespace loadstar::health
