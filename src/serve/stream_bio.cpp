#include "stream_bio.hpp"

#include <memory>

namespace loadstar::serve {
namespace {

Stream& stream_of(BIO* bio) noexcept { return *static_cast<Stream*>(::BIO_get_data(bio)); }

/// In OpenSSL's words: how many bytes, 0 for the end, -1 for an error or, with a flag, for later.
int told(BIO* bio, Transfer transfer) noexcept {
  switch (transfer.flow) {
    case Flow::Moved: return static_cast<int>(transfer.bytes);
    case Flow::WantRead: BIO_set_retry_read(bio); return -1;
    case Flow::WantWrite: BIO_set_retry_write(bio); return -1;
    case Flow::Ended: ::BIO_set_flags(bio, BIO_FLAGS_IN_EOF); return 0;
    case Flow::Broken: break;
  }
  return -1;
}

int read(BIO* bio, char* room, int size) noexcept {
  BIO_clear_retry_flags(bio);
  const std::span bytes(reinterpret_cast<std::uint8_t*>(room), static_cast<std::size_t>(size));
  return told(bio, stream_of(bio).read(bytes));
}

int write(BIO* bio, const char* data, int size) noexcept {
  BIO_clear_retry_flags(bio);
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(data),
                        static_cast<std::size_t>(size));
  return told(bio, stream_of(bio).write(bytes));
}

long control(BIO* bio, int command, long, void*) noexcept {
  if (command == BIO_CTRL_EOF) return ::BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

struct FreeMethod {
  void operator()(BIO_METHOD* method) const noexcept { ::BIO_meth_free(method); }
};
using Method = std::unique_ptr<BIO_METHOD, FreeMethod>;

Method make_method() noexcept {
  Method method(::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "loadstar stream"));
  if (!method) return nullptr;
  ::BIO_meth_set_read(method.get(), read);
  ::BIO_meth_set_write(method.get(), write);
  ::BIO_meth_set_ctrl(method.get(), control);
  return method;
}

}  // namespace

BIO* make_stream_bio(Stream& stream) noexcept {
  static const Method kMethod = make_method();
  BIO* const bio = kMethod ? ::BIO_new(kMethod.get()) : nullptr;
  if (bio == nullptr) return nullptr;
  ::BIO_set_data(bio, &stream);
  ::BIO_set_init(bio, 1);
  return bio;
}

}  // namespace loadstar::serve
