#include "loadstar/model/dns_config.hpp"

#include <fstream>
#include <unistd.h>

#include "catch.hpp"

using namespace loadstar;
namespace fs = std::filesystem;

namespace {

/// A configuration file in a folder of its own, removed afterwards.
class ConfigFile {
 public:
  explicit ConfigFile(std::string_view text) {
    std::string pattern = (fs::temp_directory_path() / "loadstar-config-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    std::ofstream(path(), std::ios::binary) << text;
  }
  ~ConfigFile() { fs::remove_all(folder_); }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;

  [[nodiscard]] fs::path path() const { return folder_ / "dns.json"; }
  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

std::vector<std::string> errors_of(std::string_view text) {
  const ConfigFile file(text);
  std::vector<std::string> messages;
  try {
    static_cast<void>(model::load_dns_config(file.path()));
  } catch (const base::ConfigError& error) {
    for (const base::Diagnostic& diagnostic : error.diagnostics()) {
      messages.push_back(diagnostic.to_string().substr(file.path().string().size() + 1));
    }
  }
  return messages;
}

}  // namespace

TEST_CASE("a configuration with every key is read", "[model][config]") {
  const ConfigFile file(R"({
    "$schema": "../docs/schema/dns-config.schema.json",
    "listen": ["127.0.0.1:5300", "[::1]:5300", "192.0.2.53"],  // port 53 when none is given
    "zones": ["zones", "/srv/zones/extra.json"],
    "geoip": "geoip",
    "workers": 2,
    "identity": "fra-1",
    "vantage": "fra",
    "state": "state",
    "control": "127.0.0.1:8053",
    "user": "loadstar",
    "seccomp": false,
    "tcp": { "connections": 500, "per_client": 20, "memory_mb": 8, "idle": "30s", "io": 0.5,
             "handshakes": 50, "handshakes_per_client": 5, "handshake": "1s" },
    "tls": { "listen": "127.0.0.1:8530", "certificate": "tls/cert.pem", "key": "/etc/key.pem" },
    "proxy_protocol": { "listen": ["127.0.0.1:5301"], "from": ["127.0.0.0/8", "2001:db8::1"] },
    "xdp": ["eth0,generic", "eth1"],
    "on_all_down": "last-good",
    "cookie_secrets": "secrets",
    "ecs_from": ["192.0.2.0/24", "2001:db8::/32"],
    "max_answer_without_cookie": 512,
    "rate_limit": { "per_second": 200, "slip": 3, "ipv4_prefix": 28, "ipv6_prefix": 48, "exempt": "127.0.0.0/8" },
    "keys": { "name": "XFR", "algorithm": "hmac-sha512", "secret": "MDEyMzQ1Njc4OWFiY2RlZg==" },
    "transfer": [{ "zones": "Example.com", "to": "192.0.2.0/24", "key": "xfr.",
                   "notify": ["192.0.2.7", "[2001:db8::7]:5353"], "notify_name_servers": false }]
  })");
  const model::DnsConfig config = model::load_dns_config(file.path());
  REQUIRE(config.listen.size() == 3);
  CHECK(config.listen[1].to_string() == "[::1]:5300");
  CHECK(config.listen[2].to_string() == "192.0.2.53:53");
  CHECK(config.zones == std::vector<fs::path>{file.folder() / "zones", "/srv/zones/extra.json"});
  CHECK(config.geoip == std::vector<fs::path>{file.folder() / "geoip"});
  CHECK(config.workers == 2);
  CHECK(config.identity == "fra-1");
  CHECK(config.vantage == "fra");
  CHECK(config.state == file.folder() / "state");
  REQUIRE(config.control);
  CHECK(config.control->to_string() == "127.0.0.1:8053");
  CHECK(config.user == "loadstar");
  CHECK_FALSE(config.seccomp);
  CHECK(config.tcp.connections == 500);
  CHECK(config.tcp.per_client == 20);
  CHECK(config.tcp.memory_mb == 8);
  CHECK(config.tcp.idle == std::chrono::seconds(30));
  CHECK(config.tcp.io == std::chrono::milliseconds(500));
  CHECK(config.tcp.handshakes == 50);
  CHECK(config.tcp.handshakes_per_client == 5);
  CHECK(config.tcp.handshake == std::chrono::seconds(1));
  REQUIRE(config.tls);
  CHECK(config.tls->listen == std::vector{*base::Endpoint::parse("127.0.0.1:8530", 0)});
  CHECK(config.tls->certificate == file.folder() / "tls/cert.pem");
  CHECK(config.tls->key == "/etc/key.pem");
  CHECK(config.proxy_protocol.listen == std::vector{*base::Endpoint::parse("127.0.0.1:5301", 0)});
  CHECK(config.proxy_protocol.from ==
        std::vector{*base::Prefix::parse("127.0.0.0/8"), *base::Prefix::parse("2001:db8::1")});
  REQUIRE(config.xdp.size() == 2);
  CHECK(config.xdp[0] == *model::XdpConfig::parse("eth0,generic"));
  CHECK(config.xdp[1].interface == "eth1");
  CHECK(config.on_all_down == model::OnAllDown::Kind::LastGood);
  CHECK(config.cookie_secrets == file.folder() / "secrets");
  REQUIRE(config.ecs_from.size() == 2);
  CHECK(config.ecs_from[1].to_string() == "2001:db8::/32");
  CHECK(config.max_answer_without_cookie == 512);
  REQUIRE(config.rate_limit);
  CHECK(config.rate_limit->per_second == 200);
  CHECK(config.rate_limit->burst == 200);
  CHECK(config.rate_limit->slip == 3);
  CHECK(config.rate_limit->v4_bits == 28);
  CHECK(config.rate_limit->v6_bits == 48);
  CHECK(config.rate_limit->exempt.size() == 1);
  REQUIRE(config.keys.size() == 1);
  CHECK(config.keys[0].name == "xfr.");
  CHECK(config.keys[0].algorithm == model::KeyAlgorithm::HmacSha512);
  CHECK(std::string(config.keys[0].secret.begin(), config.keys[0].secret.end()) ==
        "0123456789abcdef");
  REQUIRE(config.transfers.size() == 1);
  const model::TransferRule& rule = config.transfers[0];
  CHECK(rule.zones == std::vector<std::string>{"example.com."});
  CHECK(rule.to == std::vector<base::Prefix>{*base::Prefix::parse("192.0.2.0/24")});
  CHECK(rule.key == "xfr.");
  REQUIRE(rule.notify.size() == 2);
  CHECK(rule.notify[0].to_string() == "192.0.2.7:53");
  CHECK_FALSE(rule.notify_name_servers);
}

TEST_CASE("the secret of a key may be in a file of its own", "[model][config]") {
  const ConfigFile file(R"({ "keys": [{ "name": "xfr", "secret_file": "xfr.key" }] })");
  std::ofstream(file.folder() / "xfr.key") << "MDEyMzQ1Njc4OWFiY2RlZg==\n";
  CHECK(model::load_dns_config(file.path()).keys[0].secret.size() == 16);
}

TEST_CASE("what a configuration leaves out has its default", "[model][config]") {
  const ConfigFile file("{}");
  const model::DnsConfig config = model::load_dns_config(file.path());
  REQUIRE(config.listen.size() == 2);
  CHECK(config.listen[0].to_string() == "0.0.0.0:53");
  CHECK(config.listen[1].to_string() == "[::]:53");
  CHECK(config.zones.empty());
  CHECK(config.workers == 0);
  CHECK(config.state.empty());
  CHECK_FALSE(config.control);
  CHECK_FALSE(config.tcp.connections);
  CHECK_FALSE(config.tls);
  CHECK(config.proxy_protocol.listen.empty());
  CHECK(config.on_all_down == model::OnAllDown::Kind::All);
}

TEST_CASE("DNS over TLS is on port 853 of every address unless said otherwise",
          "[model][config][rfc7858]") {
  const ConfigFile file(R"({"tls": {"certificate": "c", "key": "k"}})");
  const model::DnsConfig config = model::load_dns_config(file.path());
  REQUIRE(config.tls);
  REQUIRE(config.tls->listen.size() == 2);
  CHECK(config.tls->listen[0].to_string() == "0.0.0.0:853");
  CHECK(config.tls->listen[1].to_string() == "[::]:853");
}

TEST_CASE("mistakes in a configuration are named with their place", "[model][config]") {
  struct Case {
    std::string_view text;
    std::string_view error;
  };
  const Case cases[] = {
      {"[]", "1:1: a list is not an object"},
      {"{", "1:2: not JSON: the end of the file where a key in double quotes is expected"},
      {R"({"zone": "zones"})", "1:2: zone: unknown key \"zone\"; did you mean \"zones\"?"},
      {R"({"listen": "localhost:53"})",
       "1:12: listen: \"localhost:53\" is not an address with a port, such as \"192.0.2.1:53\" or "
       "\"[2001:db8::1]:53\""},
      {R"({"listen": ["127.0.0.1", "127.0.0.1:53"]})",
       "1:26: listen[1]: \"127.0.0.1:53\" is listed twice"},
      {R"({"listen": []})", "1:12: listen: the list is empty"},
      {R"({"zones": ["a", 7]})", "1:17: zones[1]: 7 is not a string"},
      {R"({"workers": -1})", "1:13: workers: -1 is not a whole number from 0 to 1024"},
      {R"({"vantage": "a b"})",
       "1:13: vantage: \"a b\" is not a name of 1 to 63 letters, digits, \"-\", \"_\" or \".\""},
      {R"({"control": "127.0.0.1"})",
       "1:13: control: \"127.0.0.1\" is not an address with a port, such as \"127.0.0.1:8053\""},
      {R"({"identity": ""})", "1:14: identity: \"\" is not a text of 1 to 255 bytes"},
      {R"({"on_all_down": "pool:sorry"})",
       "1:17: on_all_down: \"pool:sorry\" is not \"all\", \"last-good\", \"nodata\" or "
       "\"servfail\""},
      {R"({"tcp": {"connections": 0}})",
       "1:25: tcp.connections: 0 is not a whole number from 1 to 1000000"},
      {R"({"tcp": {"idle": "10ms"}})",
       "1:18: tcp.idle: \"10ms\" is not a duration from 100ms to 1h, such as \"500ms\", \"5s\" or "
       "a "
       "number of seconds"},
      {R"({"tls": {"certificate": "c"}})", "1:9: tls: \"key\" is missing"},
      {R"({"proxy_protocol": {"listen": "127.0.0.1"}})",
       "1:20: proxy_protocol: \"from\" is missing"},
      {R"({"proxy_protocol": {"listen": "127.0.0.1", "from": "127.0.0.1/8"}})",
       "1:52: proxy_protocol.from: \"127.0.0.1/8\" has bits set after the prefix length; did you "
       "mean \"127.0.0.0/8\"?"},
      {R"({"keys": {"name": "a", "secret": "AAECAwQFBgc="}})",
       "1:34: keys.secret: the secret has 8 bytes; at least 16 are needed"},
      {R"({"keys": {"name": "a", "secret": "no"}})", "1:34: keys.secret: the secret is not base64"},
      {R"({"keys": {"name": "a", "algorithm": "hmac-md5", "secret": "MDEyMzQ1Njc4OWFiY2RlZg=="}})",
       "1:37: keys.algorithm: \"hmac-md5\" is not \"hmac-sha256\", \"hmac-sha384\" or "
       "\"hmac-sha512\""},
      {R"({"keys": {"name": "a"}})", "1:10: keys: a key has either \"secret\" or \"secret_file\""},
      {R"({"keys": {"name": "a", "secret_file": "/nowhere/key"}})",
       "1:39: keys.secret_file: \"/nowhere/key\" cannot be read"},
      {R"({"transfer": {"key": "a"}})", "1:14: transfer: there is no key \"a.\""},
      {R"({"transfer": {"to": "192.0.2.1/24"}})",
       "1:21: transfer.to: \"192.0.2.1/24\" has bits set after the prefix length; did you mean "
       "\"192.0.2.0/24\"?"},
      {R"({"user": "a", "user": "b"})", "1:15: user: \"user\" is given twice in this object"},
  };
  for (const Case& row : cases) {
    INFO(row.text);
    CHECK(errors_of(row.text) == std::vector<std::string>{std::string(row.error)});
  }
}

TEST_CASE("all mistakes of a configuration are reported at once", "[model][config]") {
  CHECK(errors_of("{\"workers\": \"two\",\n \"state\": 1,\n \"usr\": \"x\"}") ==
        std::vector<std::string>{"1:13: workers: \"two\" is not a whole number from 0 to 1024",
                                 "2:11: state: 1 is not a string",
                                 "3:2: usr: unknown key \"usr\"; did you mean \"user\"?"});
}

TEST_CASE("a configuration that is not there is an error with the file's name", "[model][config]") {
  const fs::path missing = fs::temp_directory_path() / "loadstar-no-such-folder" / "dns.json";
  CHECK_THROWS_WITH(model::load_dns_config(missing),
                    missing.string() + ": cannot be read: No such file or directory");
}
