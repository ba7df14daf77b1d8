#include "tls_trust.hpp"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <openssl/x509.h>
#include <system_error>

namespace loadstar::health {
namespace {

namespace ssl = boost::asio::ssl;

TlsTrust::Context make_context() {
  return std::make_shared<ssl::context>(ssl::context::tls_client);
}

/// What OpenSSL looks at, which is no error for it when there is nothing.
std::string default_place(const char* variable, const char* otherwise) {
  const char* const chosen = std::getenv(variable);
  return chosen != nullptr ? chosen : otherwise;
}

/// Without any, every certificate would look like a forged one.
bool has_system_roots() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const auto file =
      default_place(::X509_get_default_cert_file_env(), ::X509_get_default_cert_file());
  const auto folder =
      default_place(::X509_get_default_cert_dir_env(), ::X509_get_default_cert_dir());
  return fs::exists(file, ignored) ||
         (fs::is_directory(folder, ignored) && !fs::is_empty(folder, ignored));
}

std::expected<TlsTrust::Context, std::string> read_roots(const std::string& file) {
  if (file.empty() && !has_system_roots())
    return std::unexpected("this machine has no roots to trust (ca-certificates)");
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
