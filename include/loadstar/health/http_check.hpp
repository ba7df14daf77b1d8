#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "loadstar/base/address.hpp"
#include "loadstar/health/result.hpp"
#include "loadstar/model/monitor.hpp"

namespace loadstar::health {

/// Bytes of status line and headers, or of one chunk's header, that a probe reads at most.
inline constexpr std::size_t kMaxProbeHeader = 16'384;
/// Interim answers (RFC 9110 15.2) that a probe reads before the real one at most.
inline constexpr int kMaxInterimAnswers = 8;

/// The request's bytes (RFC 9112). Headers of the monitor replace our own of the same name.
[[nodiscard]] std::string render_request(const model::Monitor& monitor,
                                         const base::Endpoint& address);

/// The path and query of a redirect (RFC 9110 10.2.2) that leads to the same scheme, host and port
/// as the request, so that the probe stays at its address. Nothing for any other: it is not
/// followed.
[[nodiscard]] std::optional<std::string> path_of_redirect(const model::Monitor& monitor,
                                                          const base::Endpoint& address,
                                                          std::string_view location);

/// Judges the answer to a request as its bytes arrive, and knows as early as can be: a status that
/// is not wanted or a body that is not asked about ends it at the header, a wanted text as soon as
/// it is there; an expression and a weight are of the whole body. Knows no socket.
class HttpCheck {
 public:
  /// `request` must outlive the check.
  explicit HttpCheck(const model::HttpRequest& request);
  ~HttpCheck();
  HttpCheck(const HttpCheck&) = delete;
  HttpCheck& operator=(const HttpCheck&) = delete;

  /// The next bytes of the connection. A result ends the check; its latency is not filled in.
  /// Bounded in memory by kMaxProbeHeader + model::kMaxProbeBody + bytes.size(), in time per byte
  /// by a constant.
  [[nodiscard]] std::optional<Result> take(std::string_view bytes);

  /// The peer closed the connection.
  [[nodiscard]] Result end();

  /// Where an answer whose status was not wanted sends us, as the peer wrote it; "" when nowhere.
  [[nodiscard]] const std::string& location() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::health
