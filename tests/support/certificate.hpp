#pragma once
// Certificates for tests, made on the spot.

#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <string>

namespace loadstar::test {

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
    return written([&](BIO* out) { return ::PEM_write_bio_X509(out, get()); });
  }
  [[nodiscard]] std::string key_pem() const {
    return written([&](BIO* out) {
      return ::PEM_write_bio_PrivateKey(out, key(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

 private:
  template <class Write>
  static std::string written(Write write) {
    const std::unique_ptr<BIO, decltype(&::BIO_free)> out(::BIO_new(::BIO_s_mem()), ::BIO_free);
    must(write(out.get()) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }
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

}  // namespace loadstar::test
