#pragma once
// The control API: what an operator, a dashboard or a monitoring system asks this process over
// HTTP.
//
//   GET  /v1/status                        everything as JSON
//   GET  /v1/explain?name=&type=&client=   why a client gets the answer it gets
//   POST /v1/reload                        read the files again; answers when it is done
//   POST /v1/acme?name=&token=             answer with a token of an ACME challenge
//   POST /v1/acme/remove?name=&token=      and no longer
//   GET  /v1/overrides                     those that nodes know of
//   POST /v1/overrides?target=&state=&for=&over=&why=&author=&force=
//                                          force a state on endpoints
//   DELETE /v1/overrides?target=&author=   and no longer
//   GET  /metrics                          Prometheus
//
// It decides nothing and knows nothing: a Backend answers. There is no authentication, so it
// belongs on a loopback or management address.

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/control/status.hpp"
#include "loadstar/http/server.hpp"

namespace loadstar::control {

struct ExplainRequest {
  std::string name;
  std::string type;    ///< "A" unless given
  std::string client;  ///< address or prefix; "" = not given
};

/// As it was asked; "" = not given.
struct ChallengeRequest {
  std::string name;  ///< the domain that the certificate is for
  std::string token;
  std::string ttl;      ///< seconds
  std::string expires;  ///< a duration
};

/// As it was asked; "" = not given.
struct OverrideRequest {
  std::string target;  ///< "pool:web-*"
  std::string state;   ///< "drain", "down", "up" or "auto"
  std::string life;    ///< a duration: for how long
  std::string over;    ///< a duration: within which a drain takes its clients away
  std::string why;
  std::string author;
  bool is_forced = false;  ///< also against a guard
};

/// What the API shows and sets going. Called on the thread that runs the event loop.
class Backend {
 public:
  /// `diagnostics` is empty when everything was read and is served.
  using ReloadDone = std::function<void(const std::vector<base::Diagnostic>& diagnostics)>;

  virtual ~Backend() = default;

  [[nodiscard]] virtual Status status() = 0;
  /// A JSON document, or what is wrong with the request.
  [[nodiscard]] virtual std::expected<std::string, std::string> explain(
      const ExplainRequest& request) = 0;
  /// Takes up a challenge, or takes it away. The error says what is wrong with the request.
  [[nodiscard]] virtual std::expected<void, std::string> add_challenge(
      const ChallengeRequest& request) = 0;
  [[nodiscard]] virtual std::expected<void, std::string> remove_challenge(
      const ChallengeRequest& request) = 0;
  /// A JSON document of all overrides.
  [[nodiscard]] virtual std::string overrides() = 0;
  /// Puts up an override; a JSON document that says what it is for. The error says what is wrong.
  [[nodiscard]] virtual std::expected<std::string, std::string> set_override(
      const OverrideRequest& request) = 0;
  [[nodiscard]] virtual std::expected<void, std::string> remove_override(
      const OverrideRequest& request) = 0;
  /// Calls `done` once, at once or later, from the event loop.
  virtual void reload(ReloadDone done) = 0;
};

/// Answers requests of the API from the backend, which must outlive it.
[[nodiscard]] http::Handler make_api(Backend& backend);

}  // namespace loadstar::control
