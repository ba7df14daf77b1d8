#pragma once

#include <memory>

#include "loadstar/answer/transfer_rules.hpp"
#include "loadstar/model/dns_config.hpp"
#include "loadstar/serve/server.hpp"

namespace loadstar::app {

/// What the configuration means to the transports and to what answers behind them.
[[nodiscard]] serve::ServerOptions server_options(
    const model::DnsConfig& config, std::shared_ptr<const answer::TransferRules> transfers);

}  // namespace loadstar::app
