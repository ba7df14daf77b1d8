#include "tls_context.hpp"

#include <fmt/format.h>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

/// Forward secrecy and authenticated encryption only (RFC 9325 4.2).
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& file,
                       const error_code& error) {
  throw base::ConfigError(
      {{.file = file.string(),
        .path = {},
        .message = fmt::format("cannot be used as {}: {}", what, error.message())}});
}

void check(const error_code& error, std::string_view what, const std::filesystem::path& file) {
  if (error) fail(what, file, error);
}

void load_identity(ssl::context& context, const TlsFiles& files) {
  error_code error;
  context.use_certificate_chain_file(files.certificate.string(), error);
  check(error, "certificate", files.certificate);
  context.use_private_key_file(files.key.string(), ssl::context::pem, error);
  check(error, "key of that certificate", files.key);
}

void load_roots(ssl::context& context, const std::filesystem::path& file) {
  error_code error;
  context.load_verify_file(file.string(), error);
  check(error, "roots to trust", file);
}

TlsContext make_context(ssl::context::method method) {
  auto context = std::make_shared<ssl::context>(method);
  ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  ::SSL_CTX_set_cipher_list(context->native_handle(), kTls12Ciphers);
  // A key with a password cannot be used, rather than asked for at the terminal.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; });
  return context;
}

}  // namespace

TlsContext server_context(const TlsFiles& files) {
  auto context = make_context(ssl::context::tls_server);
  ::SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  ::SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  load_identity(*context, files);
  if (files.roots.empty()) return context;
  load_roots(*context, files.roots);
  context->set_verify_mode(ssl::verify_peer);  // who shows none is known by a token
  return context;
}

TlsContext client_context(const TlsFiles& files) {
  auto context = make_context(ssl::context::tls_client);
  context->set_verify_mode(ssl::verify_peer);
  if (!files.certificate.empty()) load_identity(*context, files);
  if (!files.roots.empty()) {
    load_roots(*context, files.roots);
    return context;
  }
  error_code error;
  context->set_default_verify_paths(error);
  check(error, "roots to trust", "the system's roots");
  return context;
}

}  // namespace loadstar::http
