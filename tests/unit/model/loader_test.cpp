#include "loadstar/model/loader.hpp"

#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

#include "catch.hpp"
#include "paths.hpp"

using namespace loadstar;
using namespace loadstar::model;
namespace fs = std::filesystem;

namespace {

struct File {
  std::string name;
  std::string text;
};

LoadedZones load(const std::vector<File>& files) {
  std::vector<std::shared_ptr<const base::SourceFile>> sources;
  for (const File& file : files) sources.push_back(make_source(file.name, file.text));
  return load_zones(std::move(sources));
}

std::vector<std::string> texts(const std::vector<base::Diagnostic>& diagnostics) {
  std::vector<std::string> result;
  for (const base::Diagnostic& diagnostic : diagnostics) result.push_back(diagnostic.to_string());
  return result;
}

std::vector<std::string> errors(const LoadedZones& loaded) {
  return texts(loaded.diagnostics.errors());
}
std::vector<std::string> warnings(const LoadedZones& loaded) {
  return texts(loaded.diagnostics.warnings());
}

std::vector<std::string> origins(const LoadedZones& loaded) {
  std::vector<std::string> result;
  for (const auto& zone : loaded.zones) result.push_back(zone->origin);
  return result;
}

using Strings = std::vector<std::string>;

// A zone of one steered name; `sections` ends in a comma when it is not empty.
std::string zone_text(std::string_view origin, std::string_view sections = "",
                      std::string_view records = "") {
  return fmt::format(
      R"({{ "zone": "{}", {} "records": {{ "@": {{ "NS": "ns.example.net." }}{} }} }})", origin,
      sections, records);
}

constexpr std::string_view kPool =
    R"("pools": { "web": { "endpoints": [ { "a": "192.0.2.1" } ] } },)";
constexpr std::string_view kSteered =
    R"(, "www": { "steer": { "rules": [ { "pools": ["web"] } ] } })";

const Owner& owner(const Zone& zone, std::string_view name) {
  const auto found = std::ranges::find(zone.owners, name, &Owner::name);
  REQUIRE(found != zone.owners.end());
  return *found;
}

/// A zones directory, removed afterwards.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "loadstar-zones-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

const Zone& example(const LoadedZones& loaded) {
  REQUIRE(errors(loaded).empty());
  const auto found = std::ranges::find_if(
      loaded.zones, [](const auto& zone) { return zone->origin == "gslb.example.com."; });
  REQUIRE(found != loaded.zones.end());
  return **found;
}

LoadedZones load_good_zones() {
  return load_zones(std::vector<fs::path>{test::source_folder() / "tests/data/good-zones"});
}

}  // namespace

TEST_CASE("the examples of the format load without an error", "[model][loader]") {
  const LoadedZones loaded = load_good_zones();
  CHECK(errors(loaded).empty());
  CHECK(origins(loaded) == Strings{"probes.example.com.", "gslb.example.com.", "api.example.com."});
  CHECK_FALSE(loaded.libraries_broken);
  CHECK(loaded.broken.empty());
  const std::string file =
      (test::source_folder() / "tests/data/good-zones/most-of-it.json").string();
  CHECK(warnings(loaded) ==
        Strings{file + ":12:5: areas.dach: area \"dach\" is not used",
                file + ":13:5: areas.eu-not-ch: area \"eu-not-ch\" is not used",
                file +
                    ":32:12: policies.www: pool \"web-icn\" has A only, but pool \"web-iad\" has A "
                    "and AAAA: resolvers may take the negative answer of one for all clients"});
}

TEST_CASE("the example's records, TTLs and SOA are in the typed form", "[model][loader]") {
  const LoadedZones loaded = load_good_zones();
  const Zone& zone = example(loaded);
  CHECK(zone.ttl.min == 60);
  CHECK(zone.ttl.max == 60);
  CHECK(zone.soa.mname == "ns1");
  CHECK(zone.soa.rname == "hostmaster.example.com.");
  CHECK(zone.soa.minimum == 60);
  CHECK(zone.soa.refresh == 3600);
  REQUIRE(zone.owners.size() == 6);

  const Owner& apex = owner(zone, "@");
  const auto records = zone.records_of(apex);
  REQUIRE(records.size() == 3);
  CHECK(records[1].type == "NS");
  CHECK(records[1].rdata == "ns2");
  CHECK(records[2].rdata == "10 mail.example.com.");
  CHECK(base::locate(zone.at(records[2].offset), "").path == "records.@.MX");
  CHECK(base::locate(zone.at(records[1].offset), "").path == "records.@.NS[1]");
  CHECK(zone.records_of(owner(zone, "info"))[1].rdata == "0 issue \"ca.example\"");

  const Owner& www = owner(zone, "www");
  REQUIRE(www.ttl);
  CHECK(www.ttl->max == 30);
  REQUIRE(www.steer);
  CHECK(www.steer->policy == apex.steer->policy);
  CHECK(www.steer->policy->name == "www");
}

TEST_CASE("the example's policy holds its pools, regions and monitors", "[model][loader]") {
  const LoadedZones loaded = load_good_zones();
  const Zone& zone = example(loaded);
  const Policy& policy = *owner(zone, "www").steer->policy;
  REQUIRE(policy.rules.size() == 3);

  const Rule& office = policy.rules[0];
  REQUIRE(office.match.areas.size() == 1);
  CHECK(office.match.areas[0]->name == "office");
  REQUIRE(office.match.areas[0]->match->cidrs.size() == 2);
  CHECK(office.match.areas[0]->match->cidrs[1].to_string() == "2001:db8:42::/48");

  const Rule& europe = policy.rules[1];
  CHECK(europe.name == "eu");
  CHECK(europe.match.continents == Strings{"EU"});
  CHECK(europe.method == Method::Failover);
  CHECK(europe.fence);
  REQUIRE(europe.on_all_down);
  CHECK(europe.on_all_down->kind == OnAllDown::Kind::Pool);
  CHECK(europe.on_all_down->pool->name == "sorry");
  CHECK(europe.on_all_down->pool->monitor == nullptr);

  const Rule& world = policy.rules[2];
  CHECK(world.method == Method::Nearest);
  CHECK(world.match.everyone());
  REQUIRE(world.pools.size() == 3);
  const Pool& ashburn = *world.pools[0].pool;
  CHECK(ashburn.full_name == "gslb.example.com/web-iad");
  CHECK(ashburn.balance == Balance::Weighted);
  CHECK(ashburn.answer_limit() == 1);
  CHECK(ashburn.region->title == "Ashburn");
  CHECK(ashburn.region->coordinates == base::Coordinates{38.95, -77.45});
  REQUIRE(ashburn.endpoints.size() == 2);
  CHECK(ashburn.endpoints[0].id == "iad1");
  CHECK(ashburn.endpoints[0].weight == 3);
  CHECK(ashburn.endpoints[0].aaaa->to_string() == "2001:db8:1::10");

  const Monitor& monitor = *ashburn.monitor;
  CHECK(monitor.type == MonitorType::Http);
  CHECK(monitor.http.path == "/healthz");
  CHECK(monitor.http.host == "www.gslb.example.com");
  CHECK(monitor.http.expect == HttpExpectation{{{200, 299}}, "ok"});
  CHECK(monitor.interval == std::chrono::seconds(5));
  CHECK(monitor.fall == 3);

  CHECK(zone.pools.size() == 4);
  CHECK(zone.file->text.starts_with("{"));
}

TEST_CASE("a pool in \"steer\" becomes a policy of one rule, named after its owner",
          "[model][loader]") {
  const LoadedZones loaded = load_good_zones();
  const Zone& zone = *loaded.zones.back();
  const Policy& policy = *owner(zone, "@").steer->policy;
  CHECK(policy.name == "steer:@");
  REQUIRE(policy.rules.size() == 1);
  const Pool& pool = *policy.rules[0].pools[0].pool;
  CHECK(pool.full_name == "api.example.com/steer:@");
  CHECK(pool.monitor->type == MonitorType::Tcp);
  CHECK(pool.monitor->port == 443);
  CHECK(pool.endpoints[0].id == "1");
  CHECK(pool.endpoints[1].id == "2");
  CHECK(zone.pools.size() == 1);
}

TEST_CASE("words of rules, pools, endpoints and monitors become their types", "[model][loader]") {
  const LoadedZones loaded = load({{"z.json", R"({
    "zone": "Example.COM", "ttl": { "min": 10, "max": "5m" },
    "monitors": {
      "web": { "type": "http", "port": 8080, "method": "HEAD", "headers": { "X-Probe": "1" },
               "expect": { "status": [204, "300-302"] }, "interval": 1, "fall": 2, "rise": 1,
               "initial": "down", "quorum": 2 },
      "slow": { "type": "tcp", "port": 25, "interval": "1m", "timeout": 1.5 } },
    "pools": {
      "a": { "monitor": "web", "balance": "least-connection", "min_up": "50%", "answers": 2, "endpoints": [
             { "a": "192.0.2.1", "weight": 0, "state": "drain", "probe": "127.0.0.1:81" },
             { "a": "192.0.2.2", "probe": "127.0.0.2" } ] },
      "b": { "monitor": "slow", "balance": "first", "min_up": 0.25, "endpoints": [ { "a": "192.0.2.3" } ] },
      "c": { "balance": "all", "endpoints": [ { "a": "192.0.2.4" } ] } },
    "policies": { "p": { "on_all_down": "servfail", "no_match": "refused", "types": ["A", "AAAA", "HTTPS"],
      "https": { "priority": 2, "alpn": ["h3"], "port": 8443 }, "rules": [
        { "match": { "asns": [64500], "subdivisions": ["US-VA"], "not": { "countries": ["CA", "XK"] } },
          "method": "weighted", "pools": ["a", { "pool": "b", "weight": 3 }], "on_all_down": "last-good" },
        { "match": { "countries": "US" }, "method": "sticky", "sticky_prefix": { "ipv4": 20, "ipv6": 56 },
          "pools": ["b"] },
        { "match": { "continents": ["EU"] }, "method": "round-robin", "pools": ["c"] } ] } },
    "records": { "@": { "NS": "ns.example.net." }, "www": { "steer": "p" } } })"}});
  CHECK(errors(loaded).empty());
  REQUIRE(loaded.zones.size() == 1);
  const Zone& zone = *loaded.zones.front();
  CHECK(zone.origin == "example.com.");
  CHECK(zone.ttl.min == 10);
  CHECK(zone.ttl.max == 300);

  const Policy& policy = *owner(zone, "www").steer->policy;
  CHECK(policy.on_all_down->kind == OnAllDown::Kind::ServFail);
  CHECK(policy.no_match == NoMatch::Refused);
  REQUIRE(policy.https);
  CHECK(policy.https->priority == 2);
  CHECK(policy.https->alpn == Strings{"h3"});
  CHECK(policy.https->port == 8443);

  const Rule& first = policy.rules[0];
  CHECK(first.name == "rule 1");
  CHECK(first.method == Method::Weighted);
  CHECK(first.match.asns == std::vector<std::uint32_t>{64500});
  CHECK(first.match.excluded->countries == Strings{"CA", "XK"});
  CHECK(first.pools[0].weight == 1);
  CHECK(first.pools[1].weight == 3);
  CHECK(first.on_all_down->kind == OnAllDown::Kind::LastGood);
  CHECK(policy.rules[1].match.countries == Strings{"US"});
  CHECK(policy.rules[1].sticky_bits_v4 == 20);
  CHECK(policy.rules[1].sticky_bits_v6 == 56);
  CHECK(policy.rules[2].method == Method::RoundRobin);
  CHECK(policy.rules[2].sticky_bits_v4 == 24);

  const Pool& pool = *first.pools[0].pool;
  CHECK(pool.balance == Balance::LeastConnection);
  CHECK(std::get<double>(pool.min_up) == 0.5);
  CHECK(pool.answer_limit() == 2);
  CHECK(pool.endpoints[0].state == AdminState::Drain);
  CHECK(pool.endpoints[0].weight == 0);
  CHECK(pool.endpoints[0].probe->to_string() == "127.0.0.1:81");
  CHECK(pool.endpoints[1].probe->port == 0);
  CHECK(std::get<double>(first.pools[1].pool->min_up) == 0.25);

  const Monitor& web = *pool.monitor;
  CHECK(web.port == 8080);
  CHECK(web.http.method == "HEAD");
  CHECK(web.http.headers == decltype(web.http.headers){{"X-Probe", "1"}});
  CHECK(web.http.expect.status == std::vector<StatusRange>{{204, 204}, {300, 302}});
  CHECK(web.interval == std::chrono::seconds(1));
  CHECK(web.timeout == std::chrono::milliseconds(500));  // half the interval, when that is less
  CHECK(web.initial == InitialState::Down);
  CHECK(first.pools[1].pool->monitor->timeout == std::chrono::milliseconds(1500));
}

TEST_CASE("distances of \"nearest\" are kilometers", "[model][loader]") {
  const LoadedZones loaded = load({{"z.json", zone_text("example.com", kPool, R"(,
    "www": { "steer": { "rules": [ { "method": "nearest", "within": "300.5km",
                                     "pools": [ { "pool": "web", "bias": "200km" } ] } ] } })")}});
  REQUIRE(errors(loaded).empty());
  const Rule& rule = owner(*loaded.zones[0], "www").steer->policy->rules[0];
  CHECK(rule.within_km == 300.5);
  CHECK(rule.pools[0].bias_km == 200);
}

TEST_CASE("a zone names what libraries define, and libraries what each other define",
          "[model][loader]") {
  const LoadedZones loaded = load({
      {"a-pools.json", R"({ "pools": { "web": { "region": "fra", "monitor": "tcp",
                            "endpoints": [ { "a": "192.0.2.1" } ] } } })"},
      {"b-places.json", R"({ "regions": { "fra": {} }, "areas": { "x": { "areas": ["y"] } } })"},
      {"c-more.json", R"({ "monitors": { "tcp": { "type": "tcp", "port": 80 } },
                           "areas": { "y": { "continents": ["EU"] } },
                           "policies": { "p": { "no_match": "nodata",
                             "rules": [ { "match": { "areas": ["x"] }, "pools": ["web"] } ] } } })"},
      {"zone.json", zone_text("example.com", "", R"(, "www": { "steer": "p" })")},
      {"other.json", zone_text("example.org", "", R"(, "www": { "steer": "p" })")},
  });
  CHECK(errors(loaded).empty());
  CHECK(warnings(loaded).empty());
  REQUIRE(loaded.zones.size() == 2);
  const Pool& pool = *loaded.zones[0]->pools.at(0);
  CHECK(pool.full_name == "web");
  CHECK(pool.region->name == "fra");
  CHECK(loaded.zones[1]->pools.at(0).get() == &pool);
  CHECK(loaded.zones[0]->files.size() == 4);
  CHECK(loaded.zones[0]->file->name == "zone.json");
}

TEST_CASE("two zones may each have a pool of the same name", "[model][loader]") {
  const LoadedZones loaded = load({{"a.json", zone_text("a.example", kPool, kSteered)},
                                   {"b.json", zone_text("b.example", kPool, kSteered)}});
  CHECK(errors(loaded).empty());
  REQUIRE(loaded.zones.size() == 2);
  CHECK(loaded.zones[0]->pools.at(0)->full_name == "a.example/web");
  CHECK(loaded.zones[1]->pools.at(0)->full_name == "b.example/web");
}

TEST_CASE("a zone cannot see another zone's definitions", "[model][loader]") {
  const LoadedZones loaded = load({{"a.json", zone_text("a.example", kPool, kSteered)},
                                   {"b.json", zone_text("b.example", "", kSteered)}});
  CHECK(errors(loaded) == Strings{"b.json:1:115: records.www.steer.rules[0].pools[0]: there is no "
                                  "pool \"web\""});
  CHECK(origins(loaded) == Strings{"a.example."});
  CHECK(loaded.broken == Strings{"b.example."});
}

TEST_CASE("a name that a library has cannot be defined again", "[model][loader]") {
  const std::string library = R"({ "regions": { "fra": {} } })";
  SECTION("by a zone: the zone is broken") {
    const LoadedZones loaded =
        load({{"lib.json", library},
              {"z.json", zone_text("example.com", R"("regions": {"fra": {}},)")}});
    CHECK(errors(loaded) ==
          Strings{"z.json:1:38: regions.fra: region \"fra\" is defined twice; first "
                  "in lib.json:1:16"});
    CHECK(loaded.broken == Strings{"example.com."});
    CHECK_FALSE(loaded.libraries_broken);
  }
  SECTION("by another library: the libraries are broken") {
    const LoadedZones loaded = load({{"lib.json", library}, {"lib2.json", library}});
    CHECK(errors(loaded) == Strings{"lib2.json:1:16: regions.fra: region \"fra\" is defined twice; "
                                    "first in lib.json:1:16"});
    CHECK(loaded.libraries_broken);
  }
}

TEST_CASE("areas of two libraries that hold each other are an error in the one",
          "[model][loader]") {
  const LoadedZones loaded = load({{"a.json", R"({ "areas": { "x": { "areas": ["y"] } } })"},
                                   {"b.json", R"({ "areas": { "y": { "areas": ["x"] } } })"}});
  CHECK(errors(loaded) ==
        Strings{"a.json:1:14: areas.x: area \"x\" holds \"y\", which holds \"x\": an "
                "area cannot contain itself"});
  CHECK(loaded.libraries_broken);
}

TEST_CASE("an area that is named often in many layers is checked in reasonable time",
          "[model][loader]") {
  std::string text = R"({ "areas": { "a16": { "continents": ["EU"] })";
  for (int i = 0; i < 16; ++i) {
    text += fmt::format(R"(, "a{}": {{ "areas": ["a{}", "a{}", "a{}", "a{}"] }})", i, i + 1, i + 1,
                        i + 1, i + 1);
  }
  const LoadedZones loaded = load({{"a.json", text + " } }"}});
  CHECK(errors(loaded).empty());
}

TEST_CASE("a chain of areas as long as a file is refused, not followed into the ground",
          "[model][loader]") {
  std::string text = R"({ "areas": { "a0": { "continents": ["EU"] })";
  for (int i = 1; i < 50'000; ++i) {
    text += fmt::format(R"(, "a{}": {{ "areas": ["a{}"] }})", i, i - 1);
  }
  const LoadedZones loaded = load({{"a.json", text + " } }"}});
  const auto found = errors(loaded);
  REQUIRE_FALSE(found.empty());
  CHECK(found.back().ends_with("nests areas deeper than 16"));
}

TEST_CASE("two files for one zone leave it as it was", "[model][loader]") {
  SECTION("JSON twice") {
    const LoadedZones loaded =
        load({{"a.json", zone_text("example.com")}, {"b.json", zone_text("EXAMPLE.com.")}});
    CHECK(errors(loaded) ==
          Strings{"b.json:1:11: zone: zone \"example.com.\" is in a.json already"});
    CHECK(loaded.zones.empty());
    CHECK(loaded.broken == Strings{"example.com."});
    CHECK_FALSE(loaded.libraries_broken);
  }
  SECTION("JSON and a master file") {
    const LoadedZones loaded =
        load({{"a.json", zone_text("example.com")}, {"example.com.zone", "; nothing\n"}});
    CHECK(errors(loaded) ==
          Strings{"a.json:1:11: zone: zone \"example.com.\" is in example.com.zone already"});
    CHECK(loaded.zones.empty());
    CHECK(loaded.master_files.empty());
    CHECK(loaded.broken == Strings{"example.com."});
  }
}

TEST_CASE("a broken zone leaves the others alone", "[model][loader]") {
  const LoadedZones loaded = load({{"a.json", zone_text("a.example")},
                                   {"b.json", R"({ "zone": "b.example", "records": )"},
                                   {"c.zone", "; unparsed here\n"}});
  CHECK(origins(loaded) == Strings{"a.example."});
  REQUIRE(loaded.master_files.size() == 1);
  CHECK(loaded.master_files[0].origin == "c.");
  CHECK(loaded.broken == Strings{"b.example."});
  CHECK_FALSE(loaded.libraries_broken);
  CHECK(errors(loaded).size() == 1);
}

TEST_CASE("a file that may be any zone makes the whole load unusable", "[model][loader]") {
  const LoadedZones loaded = load({{"a.json", zone_text("a.example")}, {"b.json", R"({ "zon)"}});
  CHECK(loaded.libraries_broken);
  CHECK(loaded.broken.empty());
}

TEST_CASE("the mistakes of all files are reported at once", "[model][loader]") {
  const LoadedZones loaded =
      load({{"lib.json", R"({ "regions": { "fra": { "lat": 100, "lon": 200 } } })"},
            {"a.json", zone_text("a.example", R"("ttl": -1, "polls": {},)")},
            {"b.json", R"({ "zone": "b.example" })"}});
  CHECK(
      errors(loaded) ==
      Strings{"a.json:1:31: ttl: -1 is not a time in whole seconds up to 2147483647, such as 60 or "
              "\"5m\"",
              "a.json:1:35: polls: unknown key \"polls\"; did you mean \"pools\"?",
              "b.json:1:1: \"records\" is missing",
              "lib.json:1:32: regions.fra.lat: 100 is not a number from -90 to 90",
              "lib.json:1:44: regions.fra.lon: 200 is not a number from -180 to 180"});
  CHECK(loaded.libraries_broken);
}

TEST_CASE("a mistake in every line of a large file is counted, not printed", "[model][loader]") {
  std::string records;
  for (int i = 0; i < 5000; ++i) records += fmt::format(", \"n{}\": {{ \"a\": 1 }}", i);
  const LoadedZones loaded = load({{"z.json", zone_text("example.com", "", records)}});
  const auto found = errors(loaded);
  CHECK(found.size() == 1001);
  CHECK(found.front() == "z.json: 4000 more errors in this file");
}

TEST_CASE("what is defined and not used is warned of", "[model][loader]") {
  const std::string body = R"("regions": { "r": {} }, "areas": { "a": {} },
    "monitors": { "m": { "type": "tcp", "port": 1 } },
    "pools": { "p": { "endpoints": [ { "a": "192.0.2.1" } ] } },
    "policies": { "q": { "rules": [ { "pools": ["p"] } ] } })";
  SECTION("in a zone") {
    CHECK(warnings(load({{"z.json", zone_text("example.com", body + ",")}})) ==
          Strings{"z.json:1:39: regions.r: region \"r\" is not used",
                  "z.json:1:61: areas.a: area \"a\" is not used",
                  "z.json:2:19: monitors.m: monitor \"m\" is not used",
                  "z.json:4:19: policies.q: policy \"q\" is not used"});
  }
  SECTION("in a library, once all zones are known") {
    const std::string library = "{ " + body + " }";
    CHECK(warnings(load({{"lib.json", library}, {"z.json", zone_text("example.com")}})).size() ==
          4);
    CHECK(warnings(load({{"lib.json", library}})).empty());
    CHECK(warnings(load({{"lib.json", library}, {"z.json", R"({ "zone": "example.com" })"}}))
              .empty());
  }
}

TEST_CASE("keys without effect are warned of", "[model][loader]") {
  const LoadedZones loaded =
      load({{"z.json", zone_text("example.com", kPool, R"(, "www": { "steer": {
  "no_match": "nodata", "types": "A",
  "rules": [ { "within": "1km", "pools": [ { "pool": "web", "bias": "1km" } ] } ] } })")}});
  CHECK(errors(loaded).empty());
  CHECK(warnings(loaded) ==
        Strings{
            "z.json:2:15: records.www.steer.no_match: \"no_match\" is never used: the last rule "
            "matches every client",
            "z.json:2:34: records.www.steer.types: A and AAAA are always answered, whichever of "
            "them is listed",
            "z.json:3:14: records.www.steer.rules[0]: \"bias\" is used by method \"nearest\" only",
            "z.json:3:26: records.www.steer.rules[0].within: \"within\" is used by method "
            "\"nearest\" only"});
}

TEST_CASE("pools without coordinates are warned of where the nearest is wanted",
          "[model][loader]") {
  const std::string sections = R"("regions": { "fra": { "lat": 50, "lon": 8 }, "x": {} }, "pools": {
    "a": { "region": "fra", "endpoints": [ { "a": "192.0.2.1" } ] },
    "b": { "region": "x", "endpoints": [ { "a": "192.0.2.2" } ] } },)";
  const std::string steer = R"(, "www": { "steer": {
    "rules": [ { "method": "nearest", "pools": ["a", "b"] } ] } },
    "one": { "steer": { "rules": [ { "method": "nearest", "pools": ["b"] } ] } })";
  CHECK(
      warnings(load({{"z.json", zone_text("example.com", sections, steer)}})) ==
      Strings{"z.json:4:16: records.www.steer.rules[0]: pool \"b\" has no region with coordinates: "
              "\"nearest\" puts it behind those that have"});
}

TEST_CASE("rules that narrow an earlier one, or only look alike, are not taken for shadowed",
          "[model][loader]") {
  const std::string_view matches[][2] = {
      {R"({"countries": ["DE"]})", R"({"continents": ["EU"]})"},
      {R"({"continents": ["EU"], "asns": [1]})", R"({"continents": ["EU"]})"},
      {R"({"continents": ["EU"], "not": {"countries": ["CH"]}})", R"({"continents": ["EU"]})"},
      {R"({"continents": ["EU"], "not": {"countries": ["CH", "FR"]}})",
       R"({"continents": ["EU"], "not": {"countries": ["CH"]}})"},
      {R"({"cidrs": ["10.0.0.0/16"]})", R"({"cidrs": ["10.0.0.0/8"]})"},
      {R"({"cidrs": ["::/0"]})", R"({"cidrs": ["10.0.0.0/8"]})"},
  };
  for (const auto& [first, second] : matches) {
    INFO(first << " then " << second);
    const std::string steer = fmt::format(
        R"(, "www": {{ "steer": {{ "no_match": "nodata", "rules": [ {{ "match": {}, "pools": ["web"] }},
           {{ "match": {}, "pools": ["web"] }} ] }} }})",
        first, second);
    CHECK(errors(load({{"z.json", zone_text("example.com", kPool, steer)}})).empty());
  }
}

TEST_CASE("a rule whose clients an earlier one excludes no more than itself is shadowed",
          "[model][loader]") {
  const std::string steer = R"(, "www": { "steer": { "rules": [
    { "match": { "not": { "countries": ["CH"] } }, "pools": ["web"] },
    { "match": { "continents": ["EU"], "not": { "countries": ["CH", "FR"] } }, "pools": ["web"] },
    { "pools": ["web"] } ] } })";
  const auto found = errors(load({{"z.json", zone_text("example.com", kPool, steer)}}));
  REQUIRE(found.size() == 1);
  CHECK(
      found[0].starts_with("z.json:3:5: records.www.steer.rules[1]: \"rule 2\" can never decide"));
}

TEST_CASE("targets of cname endpoints are completed with the zone", "[model][loader]") {
  const std::string steer = R"(, "www": { "steer": { "endpoints": [
    { "cname": "A" }, { "cname": "b.example.net." }, { "cname": "@" } ] } })";
  const LoadedZones loaded = load({{"z.json", zone_text("example.com", "", steer)}});
  REQUIRE(errors(loaded).empty());
  const auto& endpoints = loaded.zones[0]->pools.at(0)->endpoints;
  CHECK(endpoints[0].cname == "a.example.com.");
  CHECK(endpoints[1].cname == "b.example.net.");
  CHECK(endpoints[2].cname == "example.com.");

  const LoadedZones library =
      load({{"lib.json", R"({ "pools": { "p": { "endpoints": [ { "cname": "cdn" } ] } } })"}});
  CHECK(errors(library) ==
        Strings{"lib.json:1:47: pools.p.endpoints[0].cname: \"cdn\" has no final "
                "dot: a library has no zone to complete it with"});
}

TEST_CASE("the demonstration zones load without an error or a warning", "[model][loader]") {
  const LoadedZones loaded = load_zones(std::vector<fs::path>{test::source_folder() / "zones"});
  CHECK(errors(loaded).empty());
  CHECK(warnings(loaded).empty());
  CHECK(origins(loaded) == Strings{"gslb.example.com."});
  CHECK(loaded.master_files.size() == 1);
}

TEST_CASE("a directory is read in the order of names, without what is not for it",
          "[model][loader]") {
  const Folder folder;
  folder.write("b.json", zone_text("b.example"));
  folder.write("a.json", zone_text("a.example"));
  folder.write("static.Example.com.zone", "; a master file\n");
  folder.write("notes.txt", "not a zone");
  folder.write(".#a.json", "an editor's");
  fs::create_directory(folder.path() / "deeper");
  folder.write("deeper/c.json", zone_text("c.example"));

  // Named twice, read once.
  const LoadedZones loaded = load_zones({folder.path(), folder.path() / "a.json"});
  CHECK(errors(loaded).empty());
  CHECK(origins(loaded) == Strings{"a.example.", "b.example."});
  REQUIRE(loaded.master_files.size() == 1);
  CHECK(loaded.master_files[0].origin == "static.example.com.");
  CHECK(loaded.master_files[0].file->text == "; a master file\n");
  CHECK(loaded.zones[0]->file->name == (folder.path() / "a.json").string());
}

TEST_CASE("paths that cannot be read make the whole load unusable", "[model][loader]") {
  const Folder folder;
  folder.write("notes.txt", "not a zone");
  const fs::path missing = folder.path() / "missing";
  const fs::path notes = folder.path() / "notes.txt";
  const LoadedZones loaded = load_zones({missing, notes});
  CHECK(errors(loaded) ==
        Strings{missing.string() + ": cannot be read: No such file or directory",
                notes.string() + ": cannot be read: the name ends neither in \".json\" nor in "
                                 "\".zone\""});
  CHECK(loaded.libraries_broken);
}

TEST_CASE("a master file whose name is no zone's is an error", "[model][loader]") {
  const LoadedZones loaded = load({{"zones/a..b.zone", ""}});
  CHECK(errors(loaded) ==
        Strings{
            "zones/a..b.zone: the file's name is not that of a zone: \"a..b\" has an empty label"});
}
