#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

#include "loadstar/http/server.hpp"

#include "tls_context.hpp"

namespace loadstar::http {

/// What sessions have in common.
struct Service {
  Handler handler;
  Limits limits;
  Admit admit;
  OnRefused on_refused;
};

/// Serves one connection: requests one after another until the client leaves, is too slow, or
/// breaks the protocol. The session keeps itself alive, and calls `on_end` when it is gone. Without
/// a context there is no TLS.
void serve_connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<const Service> service,
                      TlsContext tls, std::function<void()> on_end);

}  // namespace loadstar::http
