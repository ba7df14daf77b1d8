#include "routes.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "target.hpp"

namespace loadstar::control {
namespace http = boost::beast::http;

namespace {

using Respond = std::function<void(Response)>;

void status(Backend& backend, const Target&, const Respond& respond) {
  respond({.body = to_json(backend.status()), .allow = {}});
}

void metrics(Backend& backend, const Target&, const Respond& respond) {
  respond({.body = to_metrics(backend.status()),
           .type = "text/plain; version=0.0.4; charset=utf-8",
           .allow = {}});
}

void explain(Backend& backend, const Target& target, const Respond& respond) {
  ExplainRequest request{
      .name = target.value("name"), .type = target.value("type"), .client = target.value("client")};
  if (request.name.empty()) {
    return respond(error_response(http::status::bad_request, "the parameter \"name\" is missing"));
  }
  if (request.type.empty()) request.type = "A";
  auto explanation = backend.explain(request);
  if (!explanation) {
    return respond(error_response(http::status::bad_request, explanation.error()));
  }
  respond({.body = std::move(*explanation), .allow = {}});
}

void reload(Backend& backend, const Target&, const Respond& respond) {
  backend.reload([respond](const std::vector<base::Diagnostic>& diagnostics) {
    const auto code = diagnostics.empty() ? http::status::ok : http::status::unprocessable_entity;
    respond({.status = code, .body = to_json(diagnostics), .allow = {}});
  });
}

template <auto Change>
void challenge(Backend& backend, const Target& target, const Respond& respond) {
  const auto changed = (backend.*Change)({.name = target.value("name"),
                                          .token = target.value("token"),
                                          .ttl = target.value("ttl"),
                                          .expires = target.value("expires")});
  if (!changed) return respond(error_response(http::status::bad_request, changed.error()));
  respond({.body = "{}\n", .allow = {}});
}

OverrideRequest override_request(const Target& target) {
  return {.target = target.value("target"),
          .state = target.value("state"),
          .life = target.value("for"),
          .over = target.value("over"),
          .why = target.value("why"),
          .author = target.value("author"),
          .is_forced = target.value("force") == "1"};
}

void overrides(Backend& backend, const Target&, const Respond& respond) {
  respond({.body = backend.overrides(), .allow = {}});
}

void set_override(Backend& backend, const Target& target, const Respond& respond) {
  auto receipt = backend.set_override(override_request(target));
  if (!receipt) return respond(error_response(http::status::bad_request, receipt.error()));
  respond({.body = std::move(*receipt), .allow = {}});
}

void remove_override(Backend& backend, const Target& target, const Respond& respond) {
  const auto removed = backend.remove_override(override_request(target));
  if (!removed) return respond(error_response(http::status::bad_request, removed.error()));
  respond({.body = "{}\n", .allow = {}});
}

struct Route {
  std::string_view path;
  http::verb verb;
  std::string_view verb_name;
  void (*handle)(Backend&, const Target&, const Respond&);
};

constexpr std::array kRoutes{
    Route{"/v1/status", http::verb::get, "GET", status},
    Route{"/v1/explain", http::verb::get, "GET", explain},
    Route{"/v1/reload", http::verb::post, "POST", reload},
    Route{"/v1/acme", http::verb::post, "POST", challenge<&Backend::add_challenge>},
    Route{"/v1/acme/remove", http::verb::post, "POST", challenge<&Backend::remove_challenge>},
    Route{"/v1/overrides", http::verb::get, "GET", overrides},
    Route{"/v1/overrides", http::verb::post, "POST", set_override},
    Route{"/v1/overrides", http::verb::delete_, "DELETE", remove_override},
    Route{"/metrics", http::verb::get, "GET", metrics},
};

/// The Allow header of a 405.
std::string allowed_at(std::string_view path) {
  std::string verbs;
  for (const Route& one : kRoutes) {
    if (one.path != path) continue;
    if (!verbs.empty()) verbs += ", ";
    verbs += one.verb_name;
  }
  return verbs;
}

}  // namespace

Response error_response(http::status status, std::string_view message) {
  const nlohmann::json body{{"error", message}};
  return {.status = status,
          .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
          .allow = {}};
}

void route(Backend& backend, http::verb verb, std::string_view target_text, Respond respond) {
  const auto target = parse_target(target_text);
  if (!target) {
    return respond(error_response(http::status::bad_request, "the request target is malformed"));
  }
  const auto* found = std::ranges::find_if(
      kRoutes, [&](const Route& one) { return one.path == target->path && one.verb == verb; });
  if (found != kRoutes.end()) return found->handle(backend, *target, respond);
  std::string allowed = allowed_at(target->path);
  if (allowed.empty()) {
    return respond(error_response(http::status::not_found, "there is no such resource"));
  }
  Response response = error_response(http::status::method_not_allowed, "method not allowed");
  response.allow = std::move(allowed);
  respond(std::move(response));
}

}  // namespace loadstar::control
