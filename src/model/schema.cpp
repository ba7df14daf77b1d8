#include "loadstar/model/schema.hpp"

#include "dns_config_keys.hpp"
#include "probe_config_keys.hpp"
#include "read_cluster.hpp"
#include "read_combination.hpp"
#include "read_dns_check.hpp"
#include "read_guards.hpp"
#include "read_http_check.hpp"
#include "read_maintenance.hpp"
#include "read_match.hpp"
#include "read_monitor.hpp"
#include "read_policy.hpp"
#include "read_pool.hpp"
#include "read_rate_limit.hpp"
#include "read_records.hpp"
#include "read_region.hpp"
#include "read_transfer.hpp"
#include "read_transports.hpp"
#include "read_zone.hpp"

namespace loadstar::model {

std::vector<ObjectKeys> zone_schema() {
  return {
      {"zone", file_keys(FileKind::Zone)},
      {"library", file_keys(FileKind::Library)},
      {"ttl", ttl_keys()},
      {"soa", soa_keys()},
      {"region", region_keys()},
      {"maintenance", maintenance_keys()},
      {"match", match_keys()},
      {"monitor", monitor_keys()},
      {"expectation", expectation_keys()},
      {"combination", combination_keys()},
      {"dns_query", dns_query_keys()},
      {"dns_expectation", dns_expectation_keys()},
      {"wanted_rdata", wanted_rdata_keys()},
      {"flap", flap_keys()},
      {"pool", pool_keys()},
      {"endpoint", endpoint_keys()},
      {"pool_guards", pool_guards_keys()},
      {"max_removed", max_removed_keys()},
      {"policy_guards", policy_guards_keys()},
      {"policy", policy_keys()},
      {"rule", rule_keys()},
      {"rule_pool", rule_pool_keys()},
      {"sticky_prefix", sticky_prefix_keys()},
      {"https", https_keys()},
      {"owner", owner_keys()},
  };
}

std::vector<ObjectKeys> dns_config_schema() {
  return {{"config", dns_config_keys()},
          {"tcp", tcp_keys()},
          {"tls", tls_keys()},
          {"proxy_protocol", proxy_protocol_keys()},
          {"rate_limit", rate_limit_keys()},
          {"key", key_keys()},
          {"transfer", transfer_keys()},
          {"cluster", cluster_keys()},
          {"peer", peer_keys()},
          {"vantage", vantage_keys()},
          {"redis", redis_keys()}};
}

std::vector<ObjectKeys> probe_config_schema() { return {{"config", probe_config_keys()}}; }

}  // namespace loadstar::model
