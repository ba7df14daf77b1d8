"""Files change under a running server: what is good is taken up, what is broken stays as it was, no query is lost."""
import shutil
import signal
import threading
import unittest
from pathlib import Path

from harness import FolderTest, Server, dig, eventually, main

GEOIP = Path(__file__).resolve().parents[2] / "geoip"


class Reload(FolderTest):
    def hang_up(self, server: Server) -> None:
        """SIGHUP, until the files have been read."""
        after = len(server.lines)
        server.send(signal.SIGHUP)
        server.wait_for("serving .* zone", after)

    def test_a_changed_zone_is_taken_up_on_sighup(self):
        with self.serve() as server:
            self.write("example.json", self.zone_with("192.0.2.2"))
            self.hang_up(server)
            eventually(lambda: server.short("www.example.com") == ["192.0.2.2"], "the changed zone")

    def test_a_changed_file_is_noticed(self):
        with self.serve() as server:
            self.write("example.json", self.zone_with("192.0.2.2"))
            eventually(lambda: server.short("www.example.com") == ["192.0.2.2"], "a file that was written")
            self.write("example.json.new", self.zone_with("192.0.2.3")).rename(self.zones / "example.json")
            eventually(lambda: server.short("www.example.com") == ["192.0.2.3"], "a file that was renamed into place")

    def test_a_folder_that_is_swapped_is_noticed(self):
        with self.serve() as server:
            self.zones.rename(self.folder / "old")
            self.zones.mkdir()
            self.write("example.json", self.zone_with("192.0.2.4"))
            eventually(lambda: server.short("www.example.com") == ["192.0.2.4"], "another folder")

    def test_zones_come_and_go(self):
        with self.serve() as server:
            self.write("other.json", {"zone": "other.example",
                                      "records": {"@": {"NS": "ns.example.com.", "A": "192.0.2.9"}}})
            eventually(lambda: server.short("other.example") == ["192.0.2.9"], "a new zone")
            (self.zones / "other.json").unlink()
            eventually(lambda: "REFUSED" in server.ask("other.example"), "a zone that is gone")
            self.assertEqual(server.short("www.example.com"), ["192.0.2.1"])

    def test_a_broken_zone_stays_as_it_was_and_the_others_go_on(self):
        self.write("other.json", {"zone": "other.example", "records": {"@": {"NS": "ns.example.com.", "A": "192.0.2.8"}}})
        with self.serve("--control", "127.0.0.1:0") as server:
            self.write("example.json", self.zone_with("192.0.2.300"))
            self.write("other.json", {"zone": "other.example",
                                      "records": {"@": {"NS": "ns.example.com.", "A": "192.0.2.9"}}})
            self.hang_up(server)
            self.assertEqual(server.short("www.example.com"), ["192.0.2.1"])
            self.assertEqual(server.short("other.example"), ["192.0.2.9"])
            self.assertTrue(any("192.0.2.300" in line and "example.json" in line for line in server.lines))
            zones = {zone["zone"]: zone for zone in server.status()["zones"]}
            self.assertEqual(zones["example.com."]["state"], "broken")
            self.assertTrue(zones["example.com."]["served"])
            self.assertIn("192.0.2.300", zones["example.com."]["diagnostics"][0]["message"])
            self.assertEqual(zones["other.example."]["state"], "good")
            self.assertIn('loadstar_zone_loaded{zone="example.com."} 0', server.api("/metrics")[1])
            self.write("example.json", self.zone_with("192.0.2.5"))
            eventually(lambda: server.short("www.example.com") == ["192.0.2.5"], "the zone is mended")
            self.assertIn('loadstar_zone_loaded{zone="example.com."} 1', server.api("/metrics")[1])

    def test_records_that_only_the_zone_compiler_refuses_keep_the_zone(self):
        with self.serve() as server:
            self.write("example.json", {"zone": "example.com", "records": {
                "@": {"NS": "ns1"}, "ns1": {"A": "192.0.2.53"}, "www": {"A": "192.0.2.2", "CNAME": "ns1"}}})
            self.hang_up(server)
            self.assertEqual(server.short("www.example.com"), ["192.0.2.1"])

    def test_a_broken_master_file_keeps_the_zone(self):
        master = "@ 300 SOA ns.example.com. h.example.com. 1 2 3 4 5\n@ 300 NS ns.example.com.\n@ 300 A 192.0.2.{}\n"
        self.write("master.example.zone", master.format(1))
        with self.serve() as server:
            self.write("master.example.zone", master.format("bad"))
            self.write("example.json", self.zone_with("192.0.2.2"))
            self.hang_up(server)
            self.assertEqual(server.short("master.example"), ["192.0.2.1"])
            self.assertEqual(server.short("www.example.com"), ["192.0.2.2"])
            self.write("master.example.zone", master.format(2))
            self.hang_up(server)
            # What has changed may also be read because it was noticed, and then twice.
            eventually(lambda: server.short("master.example") == ["192.0.2.2"], "the mended zone")

    def test_a_broken_library_keeps_everything(self):
        self.write("library.json", {"pools": {"web": {"endpoints": [{"a": "192.0.2.7"}]}}})
        self.write("steered.json", {"zone": "steered.example", "policies": {"www": {"rules": [{"pools": ["web"]}]}},
                                    "records": {"@": {"NS": "ns.example.com.", "steer": "www"}}})
        with self.serve() as server:
            self.write("library.json", '{ "pools": { "web": ')
            self.write("example.json", self.zone_with("192.0.2.2"))
            self.hang_up(server)
            self.assertEqual(server.short("steered.example"), ["192.0.2.7"])
            self.assertEqual(server.short("www.example.com"), ["192.0.2.1"])

    def test_a_broken_database_keeps_the_old_one(self):
        geoip = self.folder / "geoip"
        geoip.mkdir()
        for file in GEOIP.glob("*.mmdb"):
            shutil.copy(file, geoip)
        with self.serve("--geoip", str(geoip), "--control", "127.0.0.1:0") as server:
            before = server.status()["databases"]
            self.assertTrue(before)
            for file in geoip.glob("*.mmdb"):
                file.write_bytes(b"nothing")
            self.write("example.json", self.zone_with("192.0.2.2"))
            eventually(lambda: server.short("www.example.com") == ["192.0.2.2"], "the zone is taken up")
            self.assertEqual(server.status()["databases"], before)
            self.assertTrue(any(".mmdb" in line and "error" in line for line in server.lines))

    def test_no_query_is_lost(self):
        with self.serve() as server:
            failures = []
            finished = threading.Event()

            def ask_on() -> None:
                while not finished.is_set():
                    answer = dig(server.address, "www.example.com", "+short", "+tries=1")
                    if not answer.startswith("192.0.2."):
                        failures.append(answer)

            asker = threading.Thread(target=ask_on)
            asker.start()
            for last in range(10, 20):
                self.write("example.json", self.zone_with(f"192.0.2.{last}"))
                self.hang_up(server)
            finished.set()
            asker.join()
            self.assertEqual(failures, [])


if __name__ == "__main__":
    main()
