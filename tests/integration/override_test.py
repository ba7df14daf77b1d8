"""Operators take regions, pools and endpoints out and back, for a time and for a reason."""
import json
from datetime import datetime, timedelta, timezone

from harness import FolderTest, eventually, main, run

NAME = "www.steered.example"


def rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Overrides(FolderTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("steered.json", self.zone())
        (self.folder / "state").mkdir()
        (self.folder / "state").chmod(0o777)  # whoever the server becomes writes there
        (self.folder / "dns.json").write_text(json.dumps({"state": str(self.folder / "state")}))

    def zone(self) -> dict:
        return {"zone": "steered.example", "ttl": {"min": 5, "max": 300},
                "regions": {"fra": {}, "iad": {}},
                "pools": {"one": {"region": "fra", "endpoints": [{"id": "a", "a": "192.0.2.1"}]},
                          "two": {"region": "iad", "endpoints": [{"id": "b", "a": "192.0.2.2"}]}},
                "policies": {"www": {"rules": [{"pools": ["one", "two"]}]}},
                "records": {"@": {"NS": "ns.example.com."}, "www": {"steer": "www"}}}

    def start(self):
        return self.serve("--config", str(self.folder / "dns.json"), "--control", "127.0.0.1:0")

    def say(self, server, *words: str):
        return run(*words, "--server", f"http://{server.listening('control')[0]}")

    def expect(self, server, address: str) -> None:
        eventually(lambda: server.short(NAME) == [address], f"the answer {address}")

    def endpoint(self, server, name: str) -> dict:
        return next(one for pool in server.status()["pools"] for one in pool["endpoints"] if one["endpoint"] == name)

    def test_a_region_is_drained_and_comes_back(self):
        with self.start() as server:
            self.expect(server, "192.0.2.1")
            done = self.say(server, "drain", "region:fra", "--for", "30m", "--why", "new kernel", "--author", "alice")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"^http://\S+: drain region:fra until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: 1 endpoints\n$")
            self.expect(server, "192.0.2.2")
            server.wait_for("override: drain of region:fra, which is 1 endpoints, by alice until .*: new kernel")
            endpoint = self.endpoint(server, "a")
            self.assertEqual(endpoint["state"], "draining")
            self.assertEqual(endpoint["ruling"]["author"], "alice")
            self.assertIn('loadstar_override_end_time_seconds{target="region:fra",state="drain"} ', server.api("/metrics")[1])
            # The answers of before had a TTL of 300, those of the drain would have had one of 5.
            since, quiet = (datetime.fromisoformat(text.replace("Z", "+00:00"))
                            for text in (endpoint["ruling"]["since"], endpoint["quiet_at"]))
            self.assertIn((quiet - since).total_seconds(), (300, 301, 302))
            explained = self.say(server, "explain", NAME, "--client", "203.0.113.9")
            self.assertIn("draining, drained by alice until ", explained.stdout)
            self.assertIn(": new kernel", explained.stdout)
            self.assertEqual(self.say(server, "undrain", "region:fra", "--author", "bob").returncode, 0)
            self.expect(server, "192.0.2.1")
            server.wait_for("override: that of region:fra is taken away by bob")

    def test_an_override_ends_by_itself(self):
        with self.start() as server:
            self.assertEqual(self.say(server, "down", "pool:on*", "--for", "3s", "--why", "test", "--author", "alice").returncode, 0)
            self.expect(server, "192.0.2.2")
            self.expect(server, "192.0.2.1")
            self.assertEqual(server.status()["overrides"], [])

    def test_a_restart_keeps_it(self):
        with self.start() as server:
            self.say(server, "drain", "endpoint:one/a", "--why", "disk", "--author", "alice")
            self.expect(server, "192.0.2.2")
        with self.start() as server:
            server.wait_for("override: drain of endpoint:one/a by alice is in force until .*: disk")
            self.assertEqual(server.short(NAME), ["192.0.2.2"])
            self.assertEqual(self.say(server, "undrain", "endpoint:one/a", "--author", "alice").returncode, 0)
        with self.start() as server:
            self.assertEqual(server.short(NAME), ["192.0.2.1"])

    def test_a_damaged_file_is_set_aside(self):
        (self.folder / "state" / "overrides.json").write_text("loadstar-overrides 1\n[]\n")
        with self.start() as server:
            server.wait_for("overrides.json: is not whole: its checksum is wrong; it is set aside as overrides.json.damaged")
            self.assertEqual(server.short(NAME), ["192.0.2.1"])

    def test_a_drain_over_a_time_takes_clients_one_by_one(self):
        with self.start() as server:
            subnets = [f"10.{number}.0.0/24" for number in range(60)]
            done = self.say(server, "drain", "pool:one", "--for", "1h", "--over", "30m", "--why", "test", "--author", "alice")
            self.assertEqual(done.returncode, 0, done.stderr)
            eventually(lambda: self.endpoint(server, "a")["share_percent"] < 100, "the first percent")
            self.assertEqual(self.endpoint(server, "a")["state"], "draining")
            answers = [server.short(NAME, f"+subnet={subnet}") for subnet in subnets]
            self.assertGreater(answers.count(["192.0.2.1"]), 45)
            self.assertRegex(server.ask(NAME), rf"{NAME}\.\s+5\s+IN\s+A")
            done = self.say(server, "drain", "pool:one", "--for", "1h", "--over", "3s", "--why", "test", "--author", "alice")
            self.assertEqual(done.returncode, 0, done.stderr)
            for subnet in subnets[:5]:
                eventually(lambda: server.short(NAME, f"+subnet={subnet}") == ["192.0.2.2"], "all have left")

    def test_status_for_people(self):
        with self.start() as server:
            self.say(server, "drain", "pool:one", "--why", "new kernel", "--author", "alice")
            done = self.say(server, "status")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("overrides\n  drain pool:one by alice from ", done.stdout)
            self.assertRegex(done.stdout, r"\n  a +192\.0\.2\.1 +draining +- +\S+Z drained by alice until \S+ \(override of pool:one\): "
                                          r"new kernel; quiet at \S+Z\n")
            done = self.say(server, "status", "--json")
            self.assertEqual(json.loads(done.stdout)["overrides"][0]["why"], "new kernel")

    def test_what_makes_no_sense_is_said(self):
        with self.start() as server:
            for words, message in ((("drain", "one", "--why", "x"), 'is not a target: "region:NAME"'),
                                   (("drain", "pool:three", "--why", "x"), "means nothing that is served here; there is pool:one, pool:two"),
                                   (("down", "pool:one", "--why", ""), "the reason is missing"),
                                   (("up", "pool:one", "--why", "x", "--for", "30d"), "is not a time of up to 7d"),
                                   (("undrain", "pool:one"), 'there is no override of "pool:one"')):
                done = self.say(server, *words, "--author", "alice")
                self.assertEqual(done.returncode, 1, words)
                self.assertIn(message, done.stderr)
            done = self.say(server, "drain", "pool:one")
            self.assertEqual(done.returncode, 2)
            self.assertIn("--why is required", done.stderr)

    def test_a_maintenance_window_comes_and_goes(self):
        start = datetime.now(timezone.utc) + timedelta(seconds=3)
        zone = self.zone()
        zone["regions"]["fra"]["maintenance"] = [{"from": rfc3339(start), "for": "10s", "lead": "1h", "why": "new switch"}]
        self.write("steered.json", zone)
        with self.start() as server:
            if datetime.now(timezone.utc) < start - timedelta(seconds=1):
                self.assertRegex(server.ask(NAME), rf"{NAME}\.\s+5\s+IN\s+A\s+192\.0\.2\.1")
            self.expect(server, "192.0.2.2")
            self.assertIn("(maintenance of region:fra): new switch", self.endpoint(server, "a")["why"])
            self.expect(server, "192.0.2.1")
            self.assertRegex(server.ask(NAME), rf"{NAME}\.\s+300\s+IN\s+A")


if __name__ == "__main__":
    main()
