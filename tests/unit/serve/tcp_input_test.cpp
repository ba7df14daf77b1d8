#include "loadstar/serve/tcp_input.hpp"

#include <algorithm>
#include <string>

#include "catch.hpp"

using namespace loadstar::serve;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A length and as many bytes as `there`.
Bytes frame(std::size_t length, std::size_t there) {
  Bytes bytes{static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
  bytes.insert(bytes.end(), there, 7);
  return bytes;
}

}  // namespace

TEST_CASE("a message is there when all of it is", "[serve][tcp][rfc7766]") {
  for (const std::size_t length : {12U, 13U, 512U, 65'535U}) {
    const Bytes bytes = frame(length, length + 3);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, length, length + 1}) {
      const auto cut = first_message(std::span(bytes).first(size));
      CAPTURE(length, size);
      REQUIRE_FALSE(cut);
      CHECK(cut.error() == FrameError::Incomplete);
    }
    for (const std::size_t size : {length + 2, length + 5}) {
      const auto message = first_message(std::span(bytes).first(size));
      REQUIRE(message);
      CHECK(message->data() == bytes.data() + kLengthSize);
      CHECK(message->size() == length);
    }
  }
}

TEST_CASE("a length below that of a header is told at once", "[serve][tcp]") {
  for (const std::size_t length : {0U, 1U, 11U}) {
    const auto broken = first_message(frame(length, 0));
    REQUIRE_FALSE(broken);
    CHECK(broken.error() == FrameError::BadLength);
  }
}

TEST_CASE("what is complete at once is not copied", "[serve][tcp]") {
  TcpInput input;
  const Bytes bytes = frame(12, 12);
  CHECK(input.join(bytes).data() == bytes.data());
  input.keep({});
  CHECK(input.held_bytes() == 0);
}

TEST_CASE("what is kept stands before what comes", "[serve][tcp]") {
  TcpInput input;
  const Bytes first{1, 2, 3};
  input.keep(input.join(first).subspan(1));
  CHECK(input.room() == TcpInput::kMost - 2);
  const auto joined = input.join(Bytes{4});
  CHECK(Bytes(joined.begin(), joined.end()) == Bytes{2, 3, 4});
  input.keep(joined.last(1));
  CHECK(std::ranges::equal(input.kept(), Bytes{4}));
  input.keep({});
  CHECK(input.held_bytes() == 0);
}

TEST_CASE("the largest message that is incomplete leaves room to read", "[serve][tcp]") {
  TcpInput input;
  const Bytes bytes = frame(kMaxMessage, kMaxMessage - 1);
  input.keep(input.join(bytes));
  CHECK(input.room() >= kMaxMessage);
  CHECK(first_message(input.join(Bytes{7})));
}
