#pragma once

#include <boost/asio/ssl/context.hpp>
#include <expected>
#include <map>
#include <memory>
#include <string>

#include "loadstar/base/file_stamp.hpp"
#include "loadstar/model/monitor.hpp"

namespace loadstar::health {

/// Whom probes over TLS trust: the roots of the system or of a file, read when they are first
/// needed, and a file again when it has changed.
class TlsTrust {
 public:
  using Context = std::shared_ptr<boost::asio::ssl::context>;

  /// For a connection that is to show this. The error says what is wrong with this machine's roots.
  [[nodiscard]] std::expected<Context, std::string> context_for(
      const model::TlsExpectation& wanted);

 private:
  struct Roots {
    base::FileStamp stamp;
    Context context;
  };

  std::map<std::string, Roots> of_file_;  // "": of the system
  Context nobody_;
};

}  // namespace loadstar::health
