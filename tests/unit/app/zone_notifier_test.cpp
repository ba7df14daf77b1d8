#include "loadstar/app/zone_notifier.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <functional>
#include <numeric>
#include <ostream>

#include "loadstar/model/loader.hpp"
#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/message.hpp"

#include "catch.hpp"

using namespace loadstar;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Bytes = std::vector<std::uint8_t>;
using udp = asio::ip::udp;

/// So many zones, of this serial.
std::shared_ptr<const answer::Snapshot> snapshot(std::uint32_t serial, int zones = 1) {
  std::vector<std::shared_ptr<const base::SourceFile>> sources;
  for (int i = 0; i < zones; ++i) {
    const auto name = "z" + std::to_string(i) + ".example";
    sources.push_back(model::make_source(
        name + ".json",
        R"({ "zone": ")" + name + R"(", "soa": { "serial": )" + std::to_string(serial) +
            R"( }, "records": { "@": { "NS": "ns" }, "ns": { "A": "192.0.2.53" } } })"));
  }
  auto loaded = model::load_zones(std::move(sources));
  base::Diagnostics diagnostics = loaded.diagnostics;
  auto compiled = answer::Snapshot::compile(
      {.zones = loaded.zones, .master_files = {}, .databases = geo::Databases::open({})},
      diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  return compiled;
}

/// An answer to a NOTIFY as it came; empty: none.
using Secondary = std::function<Bytes(const Bytes& notify)>;

Bytes silent(const Bytes&) { return {}; }

Bytes plain_answer(const Bytes& notify) {
  Bytes answer = notify;
  answer[2] |= 0x80;
  if (const std::size_t tsig = wire::find_tsig(notify)) {
    answer.resize(tsig);
    answer[11] = 0;
  }
  return answer;
}

struct Arrival {
  Bytes message;
  std::chrono::steady_clock::time_point time;
};

/// A notifier and the one secondary that its only rule names.
class World {
 public:
  explicit World(Secondary secondary, const char* key = "") : secondary_(std::move(secondary)) {
    receive();
    const auto at = base::Endpoint::parse("127.0.0.1", socket_.local_endpoint().port());
    const std::vector<model::TransferRule> rules{
        {.zones = {}, .to = {}, .key = key, .notify = {*at}, .notify_name_servers = false}};
    notifier_.emplace(io_, app::ZoneNotifier::Options{
                               .rules = rules,
                               .keys = std::make_shared<answer::TransferRules>(keys(), rules),
                               .ourselves = {},
                               .first_wait = kFirstWait});
  }

  static constexpr auto kFirstWait = 10ms;

  static std::vector<model::TsigKey> keys() {
    model::TsigKey key{"xfr.", model::KeyAlgorithm::HmacSha256, Bytes(32)};
    std::iota(key.secret.begin(), key.secret.end(), std::uint8_t{0});
    model::TsigKey other{"other.", model::KeyAlgorithm::HmacSha256, Bytes(32, 9)};
    return {key, other};
  }

  /// Tells of the zones and runs until all has come to an end.
  void tell(std::uint32_t serial, int zones = 1) {
    notifier_->tell(*snapshot(serial, zones));
    while (status().answered + status().failed < status().sent) io_.run_one();
  }
  [[nodiscard]] app::ZoneNotifier& notifier() { return *notifier_; }
  [[nodiscard]] const control::NotifyStatus& status() const { return notifier_->status(); }
  [[nodiscard]] const std::vector<Arrival>& arrivals() const { return arrivals_; }

 private:
  void receive() {
    socket_.async_receive_from(
        asio::buffer(buffer_), from_, [this](boost::system::error_code error, std::size_t size) {
          if (error) return;
          take(Bytes(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size)));
          receive();
        });
  }
  void take(Bytes message) {
    const Bytes answer = secondary_(message);
    arrivals_.push_back({std::move(message), std::chrono::steady_clock::now()});
    if (!answer.empty()) socket_.send_to(asio::buffer(answer), from_);
  }

  asio::io_context io_;
  Secondary secondary_;
  udp::socket socket_{io_, udp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
  udp::endpoint from_;
  std::array<std::uint8_t, 512> buffer_{};
  std::vector<Arrival> arrivals_;
  std::optional<app::ZoneNotifier> notifier_;
};

const wire::TsigKey& key_of(const answer::TransferRules& rules, std::string_view name) {
  return *rules.key(*wire::Name::parse(name, {}));
}

/// What a secondary with this key answers to a signed NOTIFY.
Bytes signed_answer(const Bytes& notify, std::string_view key = "xfr.", std::int64_t late = 0) {
  static const answer::TransferRules rules(World::keys(), {});
  const auto tsig = wire::read_tsig(notify, wire::find_tsig(notify));
  REQUIRE(tsig);
  Bytes answer = plain_answer(notify);
  wire::TsigSigner signer(key_of(rules, key), *tsig);
  const std::size_t size = answer.size();
  answer.resize(size + signer.size());
  answer.resize(signer.sign(answer, size, tsig->time + static_cast<std::uint64_t>(late)));
  return answer;
}

}  // namespace

TEST_CASE("a secondary that is silent is told five times, each wait twice as long",
          "[app][notify][rfc1996]") {
  World world(silent);
  const auto start = std::chrono::steady_clock::now();
  world.tell(1);
  CHECK(world.status().failed == 1);
  REQUIRE(world.arrivals().size() == 5);
  for (int i = 0; i < 5; ++i) {
    const Arrival& one = world.arrivals()[static_cast<std::size_t>(i)];
    CHECK(one.message == world.arrivals()[0].message);
    CHECK(one.time - start >= ((1 << i) - 1) * World::kFirstWait);
  }
}

TEST_CASE("any answer ends it", "[app][notify][rfc1996]") {
  int asked = 0;
  World world([&](const Bytes& notify) {
    Bytes answer = plain_answer(notify);
    answer[3] = 4;  // NOTIMP
    return ++asked < 3 ? Bytes{} : answer;
  });
  world.tell(1);
  CHECK(world.status().answered == 1);
  CHECK(world.arrivals().size() == 3);
}

TEST_CASE("a secondary is told of each serial once", "[app][notify]") {
  World world(plain_answer);
  world.tell(1);
  world.tell(1);
  CHECK(world.status().sent == 1);
  world.tell(2);
  CHECK(world.status().answered == 2);
}

TEST_CASE("32 are told at once, and the others in their turn", "[app][notify]") {
  World world(plain_answer);
  world.notifier().tell(*snapshot(1, 40));
  CHECK(world.status().sent == app::ZoneNotifier::kMostAtOnce);
  world.tell(1, 40);
  CHECK(world.status().answered == 40);
}

TEST_CASE("a signed notification is answered by one who has the key", "[app][notify][rfc8945]") {
  World world([](const Bytes& notify) { return signed_answer(notify); }, "xfr.");
  world.tell(1);
  CHECK(world.status().answered == 1);
  CHECK(world.arrivals().size() == 1);
}

TEST_CASE("other answers to a signed notification count as none", "[app][notify][rfc8945]") {
  struct Row {
    const char* what;
    Secondary secondary;
  };
  const std::vector<Row> rows{
      {"not signed", plain_answer},
      {"with another key", [](const Bytes& notify) { return signed_answer(notify, "other."); }},
      {"an hour old", [](const Bytes& notify) { return signed_answer(notify, "xfr.", -3600); }},
      {"changed on its way",
       [](const Bytes& notify) {
         Bytes answer = signed_answer(notify);
         answer[3] ^= 1;
         return answer;
       }},
      {"of an earlier one",  // the MAC is over that of the query
       [](const Bytes& notify) {
         Bytes other = notify;
         other[other.size() - 10] ^= 1;  // a byte of the MAC
         return signed_answer(other);
       }},
      {"that says BADTIME",
       [](const Bytes& notify) {
         static const answer::TransferRules rules(World::keys(), {});
         const auto tsig = wire::read_tsig(notify, wire::find_tsig(notify));
         Bytes answer = plain_answer(notify);
         wire::TsigSigner signer(key_of(rules, "xfr."), *tsig);
         const std::size_t size = answer.size();
         answer.resize(size + signer.size());
         answer.resize(signer.sign_bad_time(answer, size, *tsig, tsig->time));
         return answer;
       }},
      {"that says BADKEY", [](const Bytes& notify) {
         const auto tsig = wire::read_tsig(notify, wire::find_tsig(notify));
         Bytes answer = plain_answer(notify);
         const std::size_t size = answer.size();
         answer.resize(size + wire::unsigned_tsig_size(*tsig));
         answer.resize(wire::append_unsigned_tsig(answer, size, *tsig, wire::TsigError::BadKey));
         return answer;
       }}};
  for (const Row& row : rows) {
    INFO(row.what);
    World world(row.secondary, "xfr.");
    world.tell(1);
    CHECK(world.status().failed == 1);
    CHECK(world.arrivals().size() == 5);
  }
}

TEST_CASE("what is no answer to it is passed over", "[app][notify]") {
  const auto change = GENERATE(values<std::pair<std::size_t, int>>({
      {0, 0xff},  // ID
      {2, 0x80},  // a query
      {2, 0x20},  // another opcode
  }));
  World world([&](const Bytes& notify) {
    Bytes answer = plain_answer(notify);
    answer[change.first] ^= static_cast<std::uint8_t>(change.second);
    return answer;
  });
  world.tell(1);
  CHECK(world.status().failed == 1);
}
