#include "tls_identity.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <new>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <system_error>

#include "loadstar/base/diagnostic.hpp"

namespace loadstar::serve {
namespace {

/// Forward secrecy and authenticated encryption only (RFC 9325 4.2).
constexpr const char* kTls12Ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

/// The first error is the cause, the others are what came of it.
std::string first_error() {
  const unsigned long error = ::ERR_peek_error();
  ::ERR_clear_error();
  if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
  const char* const reason = ::ERR_reason_error_string(error);
  return reason == nullptr ? "unknown error" : reason;
}

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& file) {
  throw base::ConfigError(
      {{.file = file.string(),
        .path = {},
        .message = fmt::format("cannot be used as {}: {}", what, first_error())}});
}

/// A key with a password cannot be used, rather than asked for at the terminal.
int no_password(char*, int, int, void*) { return -1; }

void load(SSL_CTX* context, const TlsFiles& files) {
  ::ERR_clear_error();
  ::SSL_CTX_set_default_passwd_cb(context, no_password);
  if (::SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    fail("certificate", files.certificate);
  }
  if (::SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail("key of that certificate", files.key);
  }
}

/// A client that offers protocols but not ours is refused (RFC 7301 3.2); one that offers none is
/// not.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 4> kDot{3, 'd', 'o', 't'};
  const int found = ::SSL_select_next_proto(const_cast<unsigned char**>(chosen), chosen_size,
                                            kDot.data(), kDot.size(), offered, offered_size);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool use_signature(EVP_MAC_CTX* mac, TicketKey& key) {
  std::array<char, 7> digest{"SHA256"};
  const std::array<OSSL_PARAM, 3> parameters{
      ::OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.signature.data(),
                                          key.signature.size()),
      ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      ::OSSL_PARAM_construct_end()};
  return ::EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

/// What SSL_CTX_set_tlsext_ticket_key_evp_cb(3) wants: 1 = done, 0 = not a key of ours, -1 =
/// failed.
int make_ticket(TicketKey key, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                EVP_MAC_CTX* mac) {
  std::ranges::copy(key.name, name);
  const bool done =
      ::RAND_bytes(iv, EVP_MAX_IV_LENGTH) == 1 &&
      ::EVP_EncryptInit_ex(cipher, ::EVP_aes_256_cbc(), nullptr, key.encryption.data(), iv) == 1 &&
      use_signature(mac, key);
  return done ? 1 : -1;
}

int open_ticket(std::optional<TicketKey> key, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
                EVP_MAC_CTX* mac) {
  if (!key) return 0;
  const bool done =
      use_signature(mac, *key) &&
      ::EVP_DecryptInit_ex(cipher, ::EVP_aes_256_cbc(), nullptr, key->encryption.data(), iv) == 1;
  return done ? 1 : -1;
}

int on_ticket(SSL* connection, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int is_new) noexcept try {
  auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_app_data(::SSL_get_SSL_CTX(connection)));
  const base::TimePoint now = base::Clock::now();
  if (is_new == 1) return make_ticket(keys.current(now), name, iv, cipher, mac);
  TicketKey::Name wanted;
  std::copy_n(name, wanted.size(), wanted.begin());
  return open_ticket(keys.find(wanted, now), iv, cipher, mac);
} catch (const std::exception&) {
  return -1;
}

void set_rules(SSL_CTX* context, TicketKeys& keys) {
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_cipher_list(context, kTls12Ciphers);
  // Messages carry their length, so that a client may leave without close_notify.
  ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  const auto ticket_life = std::chrono::duration_cast<std::chrono::seconds>(TicketKeys::kRotation);
  ::SSL_CTX_set_timeout(context, static_cast<long>(ticket_life.count()));
  ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_app_data(context, &keys);
  ::SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
}

std::chrono::system_clock::time_point end_of(const X509* certificate) {
  std::tm utc{};
  ::ASN1_TIME_to_tm(::X509_get0_notAfter(certificate), &utc);
  return std::chrono::system_clock::from_time_t(::timegm(&utc));
}

}  // namespace

TlsIdentity::TlsIdentity(const TlsFiles& files, TicketKeys& keys)
    : context_(::SSL_CTX_new(::TLS_server_method())) {
  if (!context_) throw std::bad_alloc();
  load(context_.get(), files);
  set_rules(context_.get(), keys);
  expires_ = end_of(::SSL_CTX_get0_certificate(context_.get()));
}

}  // namespace loadstar::serve
