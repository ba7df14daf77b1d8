#include "read_cluster.hpp"

#include <algorithm>

#include "read_credentials.hpp"

namespace loadstar::model {
namespace {

constexpr std::uint16_t kClusterPort = 8054;
constexpr std::uint16_t kRedisPort = 6379;
constexpr Range<std::size_t> kWordBytes{1, 255};
constexpr std::array<Word<NodeVote>, 2> kVoteWords{
    {{"always", NodeVote::Always}, {"alone", NodeVote::Alone}}};

constexpr std::array<Field<ConfigContext, PeerConfig>, 2> kPeerFields{{
    {{"name", Presence::Required},
     [](ConfigContext& context, json::Value value, PeerConfig& peer) {
       set(peer.name, read_node_name(context, value));
     }},
    {{"url", Presence::Required},
     [](ConfigContext& context, json::Value value, PeerConfig& peer) {
       set(peer.url, read_node_url(context, value));
     }},
}};

constexpr std::array<Field<ConfigContext, VantageConfig>, 2> kVantageFields{{
    {{"name", Presence::Required},
     [](ConfigContext& context, json::Value value, VantageConfig& vantage) {
       set(vantage.name, read_node_name(context, value));
     }},
    {{"token_file"},
     [](ConfigContext& context, json::Value value, VantageConfig& vantage) {
       set(vantage.token, read_token_file(context, value));
     }},
}};

template <std::string RedisConfig::* Text>
void read_redis_text(ConfigContext& context, json::Value value, RedisConfig& redis) {
  set(redis.*Text, context.in.text(value, kWordBytes));
}

constexpr std::array<Field<ConfigContext, RedisConfig>, 5> kRedisFields{{
    {{"servers", Presence::Required},
     [](ConfigContext& context, json::Value value, RedisConfig& redis) {
       redis.servers = read_endpoints(context, value, kRedisPort);
     }},
    {{"master"}, read_redis_text<&RedisConfig::master>},
    {{"user"}, read_redis_text<&RedisConfig::user>},
    {{"password_file"},
     [](ConfigContext& context, json::Value value, RedisConfig& redis) {
       set(redis.password, read_token_file(context, value, 1));
     }},
    {{"prefix"}, read_redis_text<&RedisConfig::prefix>},
}};

template <class T, std::size_t Count>
void read_named(ConfigContext& context, json::Value value,
                const std::array<Field<ConfigContext, T>, Count>& fields, std::vector<T>& all) {
  for (const json::Value item : context.in.items(value)) {
    T one;
    if (!read_object(context, item, fields, one)) continue;
    if (std::ranges::find(all, one.name, &T::name) != all.end())
      context.in.error(item, fmt::format("\"{}\" is listed twice", one.name));
    all.push_back(std::move(one));
  }
}

void read_redis(ConfigContext& context, json::Value value, ClusterConfig& cluster) {
  RedisConfig& redis = cluster.redis.emplace();
  if (!read_object(context, value, kRedisFields, redis)) return;
  if (redis.master.empty() && redis.servers.size() > 1) {
    context.in.error(
        value, "several \"servers\" are sentinels, which need \"master\": the name of theirs");
  }
  if (!redis.user.empty() && redis.password.empty())
    context.in.error(value, "a \"user\" needs a \"password_file\"");
}

constexpr std::array<Field<ConfigContext, ClusterConfig>, 9> kClusterFields{{
    {{"listen"},
     [](ConfigContext& context, json::Value value, ClusterConfig& cluster) {
       cluster.listen = read_endpoints(context, value, kClusterPort);
     }},
    {{"certificate"}, read_credential_path<ClusterConfig, &Credentials::certificate>},
    {{"key"}, read_credential_path<ClusterConfig, &Credentials::key>},
    {{"ca_file"}, read_credential_path<ClusterConfig, &Credentials::ca_file>},
    {{"token_file"}, read_credential_token<ClusterConfig>},
    {{"peers"},
     [](ConfigContext& context, json::Value value, ClusterConfig& cluster) {
       read_named(context, value, kPeerFields, cluster.peers);
     }},
    {{"vantages"},
     [](ConfigContext& context, json::Value value, ClusterConfig& cluster) {
       read_named(context, value, kVantageFields, cluster.vantages);
     }},
    {{"vote"},
     [](ConfigContext& context, json::Value value, ClusterConfig& cluster) {
       set(cluster.vote, context.in.choice(value, kVoteWords));
     }},
    {{"redis"}, read_redis},
}};

/// Whoever speaks for somebody must be known by something.
void check_knowing(ConfigContext& context, json::Value value, const ClusterConfig& cluster) {
  const Credentials& own = cluster.credentials;
  check_credentials(context, value, own);
  if (!cluster.listen.empty() && own.certificate.empty())
    context.in.error(value, "\"listen\" is for HTTPS, which needs \"certificate\" and \"key\"");
  if (cluster.listen.empty() && !cluster.vantages.empty())
    context.in.error(value, "\"vantages\" report to an address: say \"listen\"");
  const bool knows_certificates = !own.ca_file.empty();
  if (!cluster.peers.empty() && own.token.empty() &&
      (own.certificate.empty() || !knows_certificates))
    context.in.error(value,
                     "peers know each other by \"token_file\", or by \"certificate\", "
                     "\"key\" and \"ca_file\"");
  for (const VantageConfig& vantage : cluster.vantages) {
    if (!vantage.token.empty() || knows_certificates) continue;
    context.in.error(value, fmt::format("vantage \"{}\" has no \"token_file\", and without "
                                        "\"ca_file\" no certificate speaks for it",
                                        vantage.name));
  }
}

}  // namespace

void read_cluster(ConfigContext& context, json::Value value, DnsConfig& config) {
  ClusterConfig& cluster = config.cluster.emplace();
  if (read_object(context, value, kClusterFields, cluster)) check_knowing(context, value, cluster);
}

void check_cluster(ConfigContext& context, json::Value root, const DnsConfig& config) {
  const auto cluster = root.member("cluster");
  if (!cluster || !config.cluster) return;
  if (config.vantage.empty())
    context.in.error(*cluster, "a node of a cluster has a name: say \"vantage\"");
  std::vector<std::string> names{config.vantage};
  for (const PeerConfig& peer : config.cluster->peers) names.push_back(peer.name);
  for (const VantageConfig& vantage : config.cluster->vantages) names.push_back(vantage.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end() || twice->empty()) return;
  context.in.error(*cluster, fmt::format("the name \"{}\" is given twice", *twice));
}

std::vector<std::string_view> cluster_keys() { return names_of(kClusterFields); }
std::vector<std::string_view> redis_keys() { return names_of(kRedisFields); }
std::vector<std::string_view> peer_keys() { return names_of(kPeerFields); }
std::vector<std::string_view> vantage_keys() { return names_of(kVantageFields); }

}  // namespace loadstar::model
