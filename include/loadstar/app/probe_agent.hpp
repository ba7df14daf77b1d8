#pragma once

#include <memory>

#include "loadstar/model/cluster_config.hpp"

namespace loadstar::app {

/// The process of `loadstar probe`: a vantage, and what every daemon needs.
class ProbeAgent {
 public:
  /// Throws base::ConfigError when the configuration cannot be used.
  explicit ProbeAgent(const model::ProbeConfig& config);
  ~ProbeAgent();
  ProbeAgent(const ProbeAgent&) = delete;
  ProbeAgent& operator=(const ProbeAgent&) = delete;

  /// Until SIGTERM or SIGINT.
  void run();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::app
