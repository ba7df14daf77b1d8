#include "loadstar/model/xdp_config.hpp"

#include "catch.hpp"

using loadstar::model::XdpConfig;

TEST_CASE("an interface for XDP has words behind it that say how", "[model][xdp]") {
  CHECK(XdpConfig::parse("eth0") == XdpConfig{"eth0", {}, {}, false});
  CHECK(XdpConfig::parse("eth0,generic") == XdpConfig{"eth0", false, {}, false});
  CHECK(XdpConfig::parse("bond0.7,native,copy") == XdpConfig{"bond0.7", true, false, false});
  CHECK(XdpConfig::parse("a,symmetric,zero-copy") == XdpConfig{"a", {}, true, true});
}

TEST_CASE("what is no interface for XDP is refused with what would be right", "[model][xdp]") {
  struct Case {
    std::string_view text;
    std::string_view complaint;
  };
  const Case cases[] = {
      {"", "does not start with the name of an interface"},
      {",generic", "does not start with the name of an interface"},
      {"a name of 16 cha", "does not start with the name of an interface"},
      {"abcdefghijklmnop", "does not start with the name of an interface"},
      {"../eth0", "does not start with the name of an interface"},
      {"..", "does not start with the name of an interface"},
      {"eth0,driver", "has \"driver\" behind the interface, which is not one of native, generic"},
      {"eth0,", "has \"\" behind the interface"},
      {"eth0,,copy", "has \"\" behind the interface"},
      {"eth0,native,generic", "says twice what is to be done"},
      {"eth0,copy,copy", "says twice what is to be done"},
      {"eth0,symmetric,symmetric", "says twice what is to be done"},
  };
  for (const Case& row : cases) {
    INFO(row.text);
    const auto parsed = XdpConfig::parse(row.text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().find(row.complaint) != std::string::npos);
  }
}
