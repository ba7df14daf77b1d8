#include <nlohmann/json.hpp>
#include <set>

#include "loadstar/cluster/peer_bus.hpp"

namespace loadstar::cluster {
namespace {

using Json = nlohmann::json;

bool is_message(const Json& json) {
  return json.is_object() && json.contains("topic") && json["topic"].is_string() &&
         json.contains("body") && json["body"].is_string();
}

}  // namespace

std::string bus_request(std::string_view from, const std::vector<Message>& messages) {
  Json list = Json::array();
  for (const Message& one : messages) list.push_back({{"topic", one.topic}, {"body", one.body}});
  const Json json{{"from", from}, {"messages", std::move(list)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::expected<std::string, std::string> take_bus_request(std::string_view body, Replica& replica) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("messages") || !json["messages"].is_array())
    return std::unexpected("not a request of a node");
  std::set<std::string> wanted;
  for (const Json& one : json["messages"]) {
    if (!is_message(one)) return std::unexpected("a message is malformed");
    const Message message{one["topic"].get<std::string>(), one["body"].get<std::string>()};
    if (replica.take(message) == Delivery::WholeWanted) wanted.insert(message.topic);
  }
  return Json{{"wanted", wanted}}.dump() + "\n";
}

}  // namespace loadstar::cluster
