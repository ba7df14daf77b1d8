#pragma once

#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "loadstar/control/http_server.hpp"

namespace loadstar::control {

struct Response {
  boost::beast::http::status status = boost::beast::http::status::ok;
  std::string body;
  std::string_view type = "application/json";
  std::string allow;  ///< the Allow header of a 405; "" = none
};

/// Answers one request; `respond` is called once, at once or later.
void route(Backend& backend, boost::beast::http::verb verb, std::string_view target,
           std::function<void(Response)> respond);

/// `{"error": …}`
[[nodiscard]] Response error_response(boost::beast::http::status status, std::string_view message);

}  // namespace loadstar::control
