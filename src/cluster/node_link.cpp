#include "node_link.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "loadstar/base/log.hpp"
#include "loadstar/cluster/target_list.hpp"

namespace loadstar::cluster {
namespace {

std::string member(const nlohmann::json& json, const char* name) {
  const bool has = json.is_object() && json.contains(name) && json[name].is_string();
  return has ? json[name].get<std::string>() : "";
}

/// What the node says is wrong.
std::string refusal(const http::Response& response) {
  const std::string error = member(nlohmann::json::parse(response.body, nullptr, false), "error");
  return fmt::format("status {}{}{}", response.status, error.empty() ? "" : ": ", error);
}

}  // namespace

NodeLink::NodeLink(boost::asio::io_context& io, const Reporter& reporter,
                   const VantageOptions& options, const http::Url& node,
                   std::function<void()> on_targets)
    : reporter_(reporter),
      client_(
          io,
          {.url = node, .tls = options.tls, .token = options.token, .timeout = options.timeout}),
      state_("node " + node.to_string()),
      on_change_(std::move(on_targets)) {}

void NodeLink::report(const Report& next) {
  if (client_.pending() != 0) {
    is_in_step_ = false;  // the answer will bring the whole about
    return;
  }
  if (is_in_step_) return send(next);
  send_whole();
}

void NodeLink::send(const Report& report) {
  is_in_step_ = true;
  client_.ask({"POST", "/v1/report", to_json(report, base::Now())},
              [this](const Answer& answer) { on_answer(answer); });
}

void NodeLink::send_whole() {
  if (const auto whole = reporter_.whole(base::Now())) send(*whole);
}

void NodeLink::on_answer(const Answer& answer) {
  if (!answer) return fail(answer.error());
  if (answer->status != 200) return fail(refusal(*answer));
  const auto json = nlohmann::json::parse(answer->body, nullptr, false);
  const std::string taken = member(json, "taken");
  if (taken == "stale") return fail("it takes our reports for old ones: do the clocks agree?");
  state_.works(1);
  if (member(json, "targets") != targets_version_) return fetch_targets();
  if (taken == "whole_wanted" || !is_in_step_) send_whole();
}

void NodeLink::fetch_targets() {
  client_.ask({"GET", "/v1/targets", ""}, [this](const Answer& answer) { on_targets(answer); });
}

void NodeLink::on_targets(const Answer& answer) {
  if (!answer) return fail(answer.error());
  if (answer->status != 200) return fail(refusal(*answer));
  auto list = parse_targets(answer->body);
  if (!list) return fail("its targets cannot be used: " + list.error());
  targets_ = std::move(list->targets);
  targets_version_ = std::move(list->version);
  base::log_info("{} targets of {}", targets_.size(), state_.status().name);
  is_in_step_ = false;
  on_change_();
}

void NodeLink::fail(std::string_view problem) {
  is_in_step_ = false;
  state_.fails(problem);
}

}  // namespace loadstar::cluster
