#include "loadstar/base/duration.hpp"

#include "catch.hpp"

using namespace loadstar::base;
using namespace std::chrono_literals;

TEST_CASE("durations are read with their units", "[base]") {
  struct Row {
    const char* text;
    Duration value;
  };
  const Row row = GENERATE(values<Row>({{"500ms", 500ms},
                                        {"5s", 5s},
                                        {"10m", 10min},
                                        {"1h", 1h},
                                        {"7d", 168h},
                                        {"1.5s", 1500ms},
                                        {"0s", 0ms}}));
  CAPTURE(row.text);
  CHECK(parse_duration(row.text) == row.value);
}

TEST_CASE("what is no duration is refused", "[base]") {
  for (const char* text : {"", "5", "s", "5 s", "-5s", "5x", "5ss", "nan s", "nans", "infs", "1e3s",
                           "20000d", "99999999999999999999d"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("a duration is written in the largest unit that is exact", "[base]") {
  CHECK(to_string(0ms) == "0s");
  CHECK(to_string(1500ms) == "1500ms");
  CHECK(to_string(90s) == "90s");
  CHECK(to_string(120s) == "2m");
  CHECK(to_string(48h) == "2d");
}
