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
    Route{"/metrics", http::verb::get, "GET", metrics},
};

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
  const auto* found = std::ranges::find(kRoutes, target->path, &Route::path);
  if (found == kRoutes.end()) {
    return respond(error_response(http::status::not_found, "there is no such resource"));
  }
  if (verb != found->verb) {
    Response response = error_response(http::status::method_not_allowed, "method not allowed");
    response.allow = found->verb_name;
    return respond(std::move(response));
  }
  found->handle(backend, *target, respond);
}

}  // namespace loadstar::control
