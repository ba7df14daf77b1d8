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
    Route{"/metrics", "GET", metrics},
};

void route(Backend& backend, const http::Request& request, const Respond& respond) {
  const auto* found = std::ranges::find(kRoutes, request.target.path, &Route::path);
  if (found == kRoutes.end())
    return respond(error_response(kNotFound, "there is no such resource"));
  if (request.method != found->method) {
    Response response = error_response(kMethodNotAllowed, "method not allowed");
    response.allow = found->method;
    return respond(std::move(response));
  }
  found->handle(backend, request.target, respond);
}

}  // namespace

http::Handler make_api(Backend& backend) {
  return [&backend](const http::Request& request, Respond respond) {
    route(backend, request, respond);
  };
}

}  // namespace loadstar::control
