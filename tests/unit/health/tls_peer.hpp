#pragma once
// A server over TLS for one test, and an authority that vouches for it.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <string>

#include "loadstar/base/address.hpp"

namespace loadstar::health {

inline void must(bool worked) {
  if (!worked) throw std::runtime_error("OpenSSL could not make a certificate");
}

/// A certificate with its key.
class Certificate {
 public:
  /// For the names, as X.509 has them ("DNS:www.example.com", "IP:127.0.0.1"); ends in so many
  /// days. Vouched for by `issuer`, or by itself.
  Certificate(const std::string& names, int days, const Certificate* issuer)
      : key_(::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), ::EVP_PKEY_free),
        certificate_(::X509_new(), ::X509_free) {
    must(key_ != nullptr && certificate_ != nullptr);
    static int serial = 0;
    ::ASN1_INTEGER_set(::X509_get_serialNumber(get()), ++serial);
    must(::X509_set_version(get(), X509_VERSION_3) == 1);
    constexpr long kDay = 24 * 60 * 60;
    must(::X509_gmtime_adj(::X509_getm_notBefore(get()), -400 * kDay) != nullptr);
    // Not a whole number of days, so that the time which the test takes does not matter.
    must(::X509_gmtime_adj(::X509_getm_notAfter(get()), days * kDay + kDay / 2) != nullptr);
    must(::X509_set_pubkey(get(), key_.get()) == 1);
    name(names);
    const Certificate& by = issuer == nullptr ? *this : *issuer;
    must(::X509_set_issuer_name(get(), ::X509_get_subject_name(by.get())) == 1);
    if (issuer == nullptr) add(NID_basic_constraints, "critical,CA:TRUE");
    add(NID_subject_alt_name, names);
    must(::X509_sign(get(), by.key_.get(), ::EVP_sha256()) != 0);
  }

  [[nodiscard]] X509* get() const { return certificate_.get(); }
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }
  [[nodiscard]] std::string pem() const {
    const std::unique_ptr<BIO, decltype(&::BIO_free)> out(::BIO_new(::BIO_s_mem()), ::BIO_free);
    must(::PEM_write_bio_X509(out.get(), get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

 private:
  void name(const std::string& text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.c_str());
    must(::X509_NAME_add_entry_by_txt(::X509_get_subject_name(get()), "CN", MBSTRING_ASC, bytes, -1,
                                      -1, 0) == 1);
  }
  void add(int extension, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, decltype(&::X509_EXTENSION_free)> made(
        ::X509V3_EXT_conf_nid(nullptr, nullptr, extension, value.c_str()), ::X509_EXTENSION_free);
    must(made != nullptr && ::X509_add_ext(get(), made.get(), -1) == 1);
  }

  std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&::X509_free)> certificate_;
};

/// Answers every request alike, and notes which name it was asked for.
class TlsPeer {
 public:
  using tcp = boost::asio::ip::tcp;

  TlsPeer(boost::asio::io_context& io, const Certificate& certificate, std::string answer = "")
      : acceptor_(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        context_(boost::asio::ssl::context::tls_server),
        answer_(std::move(answer)) {
    must(::SSL_CTX_use_certificate(context_.native_handle(), certificate.get()) == 1);
    must(::SSL_CTX_use_PrivateKey(context_.native_handle(), certificate.key()) == 1);
    accept();
  }

  [[nodiscard]] base::Endpoint address() const {
    return {*base::Address::parse("127.0.0.1"), acceptor_.local_endpoint().port()};
  }
  [[nodiscard]] const std::string& request() const { return *request_; }
  /// As SNI; "" = none.
  [[nodiscard]] const std::string& asked_for() const { return *asked_for_; }

 private:
  struct Connection {
    Connection(tcp::socket socket, boost::asio::ssl::context& context)
        : stream(std::move(socket), context) {}
    boost::asio::ssl::stream<tcp::socket> stream;
    std::string request;
  };

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (error) return;
      serve(std::make_shared<Connection>(std::move(socket), context_));
      accept();
    });
  }

  void serve(const std::shared_ptr<Connection>& connection) {
    connection->stream.async_handshake(
        boost::asio::ssl::stream_base::server, [this, connection](const auto& error) {
          if (error) return;
          const char* const name =
              ::SSL_get_servername(connection->stream.native_handle(), TLSEXT_NAMETYPE_host_name);
          *asked_for_ = name == nullptr ? "" : name;
          answer(connection);
        });
  }

  void answer(const std::shared_ptr<Connection>& connection) {
    async_read_until(connection->stream, boost::asio::dynamic_buffer(connection->request),
                     "\r\n\r\n", [this, connection](const auto& error, std::size_t) {
                       if (error) return;
                       *request_ = connection->request;
                       async_write(connection->stream, boost::asio::buffer(answer_),
                                   [connection](const auto&, std::size_t) {});
                     });
  }

  tcp::acceptor acceptor_;
  boost::asio::ssl::context context_;
  std::string answer_;
  std::shared_ptr<std::string> request_ = std::make_shared<std::string>();
  std::shared_ptr<std::string> asked_for_ = std::make_shared<std::string>();
};

}  // namespace loadstar::health
