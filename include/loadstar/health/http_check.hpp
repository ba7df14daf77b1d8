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

/// Judges the answer to a request as its bytes arrive, and knows as early as can be: a status that
/// is not wanted or a body that is not asked about ends it at the header, a wanted text as soon as
/// it is there. Knows no socket.
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

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loadstar::health
