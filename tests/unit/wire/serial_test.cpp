#include "loadstar/wire/serial.hpp"

#include "catch.hpp"

using loadstar::wire::serial_rises;

TEST_CASE("serials rise around the circle", "[wire][rfc1982]") {
  CHECK(serial_rises(1, 2));
  CHECK(serial_rises(0, 0x7fff'ffff));
  CHECK(serial_rises(0xffff'ffff, 0));
  CHECK(serial_rises(0xffff'ff00, 5));
  CHECK_FALSE(serial_rises(2, 2));
  CHECK_FALSE(serial_rises(2, 1));
  CHECK_FALSE(serial_rises(0, 0xffff'ffff));
  CHECK_FALSE(serial_rises(0, 0x8000'0000));  // RFC 1982 3.2 leaves it open
}
