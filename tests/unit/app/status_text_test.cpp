#include "loadstar/app/status_text.hpp"

#include "loadstar/base/diagnostic.hpp"

#include "catch.hpp"

using loadstar::app::status_text;

TEST_CASE("a status as text tells what is and what would be", "[app][status]") {
  const std::string text = status_text(R"({
    "overrides": [ { "state": "drain", "target": "pool:web", "author": "alice", "why": "kernel",
                     "from": "2026-01-01T00:00:00Z", "until": "2026-01-01T01:00:00Z" } ],
    "pools": [ { "pool": "example.com/web", "region": "fra", "usable": true,
      "guards": ["panic_below 50%: 1 of 4 up"],
      "endpoints": [
        { "endpoint": "a", "address": "192.0.2.1", "state": "draining", "real": "up", "share_percent": 40,
          "ruling": { "since": "2026-01-01T00:00:00Z" }, "since": "2025-12-01T00:00:00Z",
          "why": "drained by alice", "quiet_at": "2026-01-01T00:05:01Z", "next_probe": null },
        { "endpoint": "b", "address": "192.0.2.2", "state": "up", "real": null, "share_percent": 100,
          "ruling": null, "since": null, "why": "no monitor", "quiet_at": null, "next_probe": null } ] } ] })");
  CHECK(
      text ==
      "overrides\n"
      "  drain pool:web by alice from 2026-01-01T00:00:00Z until 2026-01-01T01:00:00Z: kernel\n"
      "  ENDPOINT             ADDRESS                  STATE         REAL     SINCE                "
      "WHY\n"
      "pool example.com/web in fra: usable\n"
      "  guard: panic_below 50%: 1 of 4 up\n"
      "  a                    192.0.2.1                draining 40%  up       2026-01-01T00:00:00Z "
      "drained by alice; quiet at 2026-01-01T00:05:01Z\n"
      "  b                    192.0.2.2                up            -        -                    "
      "no monitor\n");
}

TEST_CASE("what is no status is not shown as one", "[app][status]") {
  CHECK_THROWS_AS(status_text("<html>"), loadstar::base::ConfigError);
  CHECK_THROWS_AS(status_text("[]"), loadstar::base::ConfigError);
}
