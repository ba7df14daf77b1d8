#include "tls_session.hpp"

#include <algorithm>
#include <boost/asio/ssl/error.hpp>
#include <fmt/format.h>
#include <limits>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <utility>

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

bool is_hang_up(const error_code& error) {
  return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
}

/// Of OpenSSL's own list, such as "wrong version number" where the peer does not speak TLS.
std::string reason_of(const error_code& error) {
  const char* const reason = ::ERR_reason_error_string(static_cast<unsigned long>(error.value()));
  return reason == nullptr ? "unknown reason" : reason;
}

/// SSL_set_tlsext_host_name() without its casts.
bool set_server_name(SSL* connection, const std::string& name) {
  return ::SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(name.c_str())) == 1;
}

int days_until(const ASN1_TIME* time) {
  int days = 0;
  int seconds = 0;
  if (::ASN1_TIME_diff(&days, &seconds, nullptr, time) != 1) return -1;
  return seconds < 0 && days == 0 ? -1 : days;
}

}  // namespace

TlsSession::TlsSession(asio::io_context& io, const Target& target, Prober::Done done,
                       TlsTrust::Context trust)
    : ProbeSession(io, target, std::move(done)),
      trust_(std::move(trust)),
      stream_(socket(), *trust_) {}

void TlsSession::connected() {
  set_phase("negotiating TLS");
  if (!name_peer()) return finish({Outcome::NotProbed, "no memory on this machine"});
  stream_.async_handshake(asio::ssl::stream_base::client,
                          [this, self = shared_from_this()](const error_code& error) {
                            if (!is_finished()) handshake_finished(error);
                          });
}

/// Tells the peer who is meant, and OpenSSL whom the certificate must be for.
bool TlsSession::name_peer() {
  SSL* const connection = stream_.native_handle();
  const std::string& name = expected().server_name;
  const bool is_address = base::Address::parse(name).has_value();
  ::SSL_set_verify(connection, expected().verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (name.empty()) return true;
  if (!is_address && !set_server_name(connection, name)) return false;
  if (!expected().verify) return true;
  X509_VERIFY_PARAM* const wanted = ::SSL_get0_param(connection);
  ::X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return (is_address ? ::X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str())
                     : ::X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), 0)) == 1;
}

void TlsSession::handshake_finished(const error_code& error) {
  if (const long verified = ::SSL_get_verify_result(stream_.native_handle());
      expected().verify && error && verified != X509_V_OK) {
    return finish({Outcome::BadCertificate,
                   fmt::format("certificate: {}", ::X509_verify_cert_error_string(verified))});
  }
  if (is_hang_up(error)) return finish({Outcome::Closed, "closed while negotiating TLS"});
  if (error && error.category() == asio::error::get_ssl_category())
    return finish({Outcome::BadHandshake, fmt::format("no TLS: {}", reason_of(error))});
  if (error) return fail(error);
  const int wanted = expected().min_days_left;  // what is verified has not ended
  if (const int days = days_left(); wanted > 0 && days < wanted) {
    return finish({Outcome::BadCertificate,
                   fmt::format("certificate ends in {} days, {} wanted", days, wanted)});
  }
  ready();
}

int TlsSession::days_left() const {
  const SSL* const connection = const_cast<Stream&>(stream_).native_handle();
  const STACK_OF(X509)* const chain = ::SSL_get0_verified_chain(connection);
  int days = std::numeric_limits<int>::max();
  for (int i = 0; i < (chain == nullptr ? 0 : sk_X509_num(chain)); ++i)
    days = std::min(days, days_until(::X509_get0_notAfter(sk_X509_value(chain, i))));
  if (const X509* const own = ::SSL_get0_peer_certificate(connection); own != nullptr)
    days = std::min(days, days_until(::X509_get0_notAfter(own)));
  return days;
}

const char* TlsSession::version() const noexcept {
  return ::SSL_get_version(const_cast<Stream&>(stream_).native_handle());
}

}  // namespace loadstar::health
