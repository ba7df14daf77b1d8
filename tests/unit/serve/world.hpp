#pragma once
// A server on loopback over one small zone of static records.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/answer/state.hpp"
#include "loadstar/model/loader.hpp"
#include "loadstar/serve/server.hpp"

namespace loadstar::serve::test {

using Bytes = std::vector<std::uint8_t>;

/// `small` has one short TXT record, `big` 60,000 bytes of them.
inline std::string zone_text() {
  std::string big;
  for (int i = 0; i < 240; ++i) {
    big += (i == 0 ? "\"" : ", \"") + std::string("\\\"") + std::to_string(1000 + i) +
           std::string(240, 'x') + "\\\"\"";
  }
  return R"({ "zone": "example.com", "records": { "@": { "NS": "ns1" }, "ns1": { "A": "192.0.2.53" },
             "small": { "TXT": "\"hello\"" }, "big": { "TXT": [)" +
         big + "] } } }";
}

inline std::shared_ptr<const answer::State> make_state() {
  auto file = std::make_shared<base::SourceFile>();
  file->name = "example.json";
  file->text = zone_text();
  model::LoadedZones loaded = model::load_zones({std::move(file)});
  base::Diagnostics diagnostics = loaded.diagnostics;
  auto snapshot = answer::Snapshot::compile({.zones = std::move(loaded.zones),
                                             .master_files = {},
                                             .databases = geo::Databases::open({}),
                                             .on_all_down = model::OnAllDown::Kind::All},
                                            diagnostics);
  if (diagnostics.has_errors()) throw base::ConfigError(diagnostics.errors());
  return std::make_shared<const answer::State>(answer::State{std::move(snapshot), {}, {}});
}

inline base::Endpoint at(std::string_view address, std::uint16_t port = 0) {
  return {*base::Address::parse(address), port};
}

/// Port 0 of 127.0.0.1 unless said otherwise.
struct World {
  explicit World(ServerOptions options = {}) : server(board, filled(std::move(options))) {
    board.publish(make_state());
    server.start();
  }

  [[nodiscard]] base::Endpoint endpoint(std::size_t listen_index = 0) const {
    return server.listening()[2 * listen_index].endpoint;
  }
  [[nodiscard]] WorkerCounts total() const {
    WorkerCounts sum;
    for (const WorkerCounts& one : server.counts()) sum += one;
    return sum;
  }

  answer::StateBoard board;
  Server server;

 private:
  static ServerOptions filled(ServerOptions options) {
    if (options.listen.empty()) options.listen = {at("127.0.0.1")};
    return options;
  }
};

/// Connections closed for that reason.
inline std::uint64_t closed(const World& world, TcpEnd why) {
  return world.total().tcp_closed[static_cast<std::size_t>(why)];
}

/// A TXT query for `label`.example.com.
inline Bytes query(std::uint16_t id, std::string_view label = "small") {
  Bytes bytes{static_cast<std::uint8_t>(id >> 8),
              static_cast<std::uint8_t>(id),
              0,
              0,
              0,
              1,
              0,
              0,
              0,
              0,
              0,
              0};
  for (std::string_view part : {label, std::string_view("example"), std::string_view("com")}) {
    bytes.push_back(static_cast<std::uint8_t>(part.size()));
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  for (int byte : {0, 0, 16, 0, 1}) bytes.push_back(static_cast<std::uint8_t>(byte));
  return bytes;
}

/// With its length before it, as TCP wants it.
inline Bytes framed(const Bytes& message) {
  Bytes bytes{static_cast<std::uint8_t>(message.size() >> 8),
              static_cast<std::uint8_t>(message.size())};
  bytes.insert(bytes.end(), message.begin(), message.end());
  return bytes;
}

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline std::uint16_t id_of(const Bytes& message) {
  return static_cast<std::uint16_t>(message.at(0) << 8 | message.at(1));
}
inline bool is_response(const Bytes& message) { return (message.at(2) & 0x80) != 0; }

}  // namespace loadstar::serve::test
