#include "tls_trust.hpp"

#include <fmt/format.h>

namespace loadstar::health {
namespace {

namespace ssl = boost::asio::ssl;

TlsTrust::Context make_context() {
  return std::make_shared<ssl::context>(ssl::context::tls_client);
}

std::expected<TlsTrust::Context, std::string> read_roots(const std::string& file) {
  auto context = make_context();
  boost::system::error_code error;
  if (file.empty())
    context->set_default_verify_paths(error);
  else
    context->load_verify_file(file, error);
  if (!error) return context;
  const std::string what = file.empty() ? "the system's roots" : fmt::format("\"{}\"", file);
  return std::unexpected(fmt::format("{} cannot be read on this machine", what));
}

}  // namespace

std::expected<TlsTrust::Context, std::string> TlsTrust::context_for(
    const model::TlsExpectation& wanted) {
  if (!wanted.verify) {
    if (nobody_ == nullptr) nobody_ = make_context();
    return nobody_;
  }
  const auto known = of_file_.find(wanted.ca_file);
  const auto stamp = base::FileStamp::of(wanted.ca_file);
  const bool is_current =
      known != of_file_.end() && (wanted.ca_file.empty() || stamp.is_same_as(known->second.stamp));
  if (is_current) return known->second.context;
  auto context = read_roots(wanted.ca_file);
  if (context) of_file_[wanted.ca_file] = {stamp, *context};
  return context;
}

}  // namespace loadstar::health
