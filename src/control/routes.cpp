#include <algorithm>
#include <array>

#include "loadstar/control/api.hpp"

namespace loadstar::control {
namespace {

using http::error_response;
using http::Response;
using http::Target;
using Respond = std::function<void(Response)>;

constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kUnprocessable = 422;

void status(Backend& backend, const Target&, const Respond& respond) {
  respond({.body = to_json(backend.status())});
}

void metrics(Backend& backend, const Target&, const Respond& respond) {
  respond(
      {.body = to_metrics(backend.status()), .type = "text/plain; version=0.0.4; charset=utf-8"});
}

void explain(Backend& backend, const Target& target, const Respond& respond) {
  ExplainRequest request{
      .name = target.value("name"), .type = target.value("type"), .client = target.value("client")};
  if (request.name.empty()) {
    return respond(error_response(kBadRequest, "the parameter \"name\" is missing"));
  }
  if (request.type.empty()) request.type = "A";
  auto explanation = backend.explain(request);
  if (!explanation) {
    return respond(error_response(kBadRequest, explanation.error()));
  }
  respond({.body = std::move(*explanation)});
}

void reload(Backend& backend, const Target&, const Respond& respond) {
  backend.reload([respond](const std::vector<base::Diagnostic>& diagnostics) {
    respond({.status = diagnostics.empty() ? 200 : kUnprocessable, .body = to_json(diagnostics)});
  });
}

template <auto Change>
void challenge(Backend& backend, const Target& target, const Respond& respond) {
  const auto changed = (backend.*Change)({.name = target.value("name"),
                                          .token = target.value("token"),
                                          .ttl = target.value("ttl"),
                                          .expires = target.value("expires")});
  if (!changed) return respond(error_response(kBadRequest, changed.error()));
  respond({.body = "{}\n"});
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
  respond({.body = backend.overrides()});
}

void set_override(Backend& backend, const Target& target, const Respond& respond) {
  auto receipt = backend.set_override(override_request(target));
  if (!receipt) return respond(error_response(kBadRequest, receipt.error()));
  respond({.body = std::move(*receipt)});
}

void remove_override(Backend& backend, const Target& target, const Respond& respond) {
  const auto removed = backend.remove_override(override_request(target));
  if (!removed) return respond(error_response(kBadRequest, removed.error()));
  respond({.body = "{}\n"});
}

struct Route {
  std::string_view path;
  std::string_view method;
  void (*handle)(Backend&, const Target&, const Respond&);
};

constexpr std::array kRoutes{
    Route{"/v1/status", "GET", status},
    Route{"/v1/explain", "GET", explain},
    Route{"/v1/reload", "POST", reload},
    Route{"/v1/acme", "POST", challenge<&Backend::add_challenge>},
    Route{"/v1/acme/remove", "POST", challenge<&Backend::remove_challenge>},
    Route{"/v1/overrides", "GET", overrides},
    Route{"/v1/overrides", "POST", set_override},
    Route{"/v1/overrides", "DELETE", remove_override},
    Route{"/metrics", "GET", metrics},
};

/// The Allow header of a 405.
std::string allowed_at(std::string_view path) {
  std::string methods;
  for (const Route& one : kRoutes) {
    if (one.path != path) continue;
    if (!methods.empty()) methods += ", ";
    methods += one.method;
  }
  return methods;
}

void route(Backend& backend, const http::Request& request, const Respond& respond) {
  const auto* found = std::ranges::find_if(kRoutes, [&](const Route& one) {
    return one.path == request.target.path && one.method == request.method;
  });
  if (found != kRoutes.end()) return found->handle(backend, request.target, respond);
  std::string allowed = allowed_at(request.target.path);
  if (allowed.empty()) return respond(error_response(kNotFound, "there is no such resource"));
  Response response = error_response(kMethodNotAllowed, "method not allowed");
  response.allow = std::move(allowed);
  respond(std::move(response));
}

}  // namespace

http::Handler make_api(Backend& backend) {
  return [&backend](const http::Request& request, Respond respond) {
    route(backend, request, respond);
  };
}

}  // namespace loadstar::control
