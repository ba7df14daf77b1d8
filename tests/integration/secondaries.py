"""What tests of zone transfers have in common: a primary with a zone, and other servers as its secondaries."""
import base64
import hashlib
import json
import os
import re
import socket
import subprocess
import unittest

from harness import PATIENCE, FolderTest, Server, dig, eventually

SECRET = base64.b64encode(hashlib.sha256(b"a test").digest()).decode()
KEY = f"hmac-sha256:xfr.:{SECRET}"
ZONE = {
    "zone": "example.com", "ttl": 60,
    "pools": {"web": {"endpoints": [{"a": "192.0.2.1", "aaaa": "2001:db8::1"}, {"a": "192.0.2.2"}]}},
    "records": {
        "@": {"NS": ["ns1", "ns2"], "MX": "10 mail"}, "ns1": {"A": "192.0.2.53"}, "ns2": {"A": "127.0.0.9"},
        "mail": {"A": "192.0.2.25"}, "www": {"steer": {"rules": [{"pools": ["web"]}]}}, "*.wild": {"CNAME": "www"},
        "cut": {"NS": "ns.cut"}, "ns.cut": {"A": "192.0.2.54"}, "txt": {"TXT": "\"one\" \"two\""},
    },
}
NAMES = ["example.com", "www.example.com", "a.wild.example.com", "x.cut.example.com", "txt.example.com", "no.example.com",
         "mail.example.com"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def records(text: str) -> list[str]:
    """The records in what dig prints, without comments, in one form."""
    return sorted(" ".join(line.split()) for line in text.splitlines() if line and not line.startswith(";"))


def answer(text: str) -> tuple[str, list[str]]:
    """RCODE and answer, or authority where it is a referral; what an authority section adds to an answer is a matter of taste."""
    sections = dict(re.findall(r";; (ANSWER|AUTHORITY) SECTION:\n((?:[^;\n].*\n)+)", text))
    told = sections.get("ANSWER") or sections.get("AUTHORITY", "")
    return re.search(r"status: (\w+)", text)[1], records(told)


class Daemon:
    """Another name server, for as long as the test lasts."""

    def __init__(self, test: unittest.TestCase, *command: str) -> None:
        self.log = open(os.devnull, "w")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        test.addCleanup(self.stop)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class PrimaryTest(FolderTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("example.json", ZONE)

    def configure(self, *rules: dict, **more) -> str:
        config = self.folder / "dns.json"
        keys = {"name": "xfr.", "secret": SECRET}
        config.write_text(json.dumps({"keys": keys, "transfer": list(rules), **more}))
        return str(config)

    def primary(self, *rules: dict, **more) -> Server:
        return self.serve("--config", self.configure(*rules, **more), "--control", "127.0.0.1:0")

    def serial(self, server: Server) -> int:
        return server.status()["zones"][0]["serial"]

    def check_secondary(self, server: Server, port: int) -> None:
        """It has our serial, answers what we answer, and takes up what changes."""
        there = f"127.0.0.1:{port}"

        def has(serial: int) -> bool:
            return f" {serial} " in dig(there, "example.com", "SOA", "+short", "+time=1", "+tries=1")

        eventually(lambda: has(self.serial(server)), "the secondary has the zone")
        for name in NAMES:
            for kind in ("A", "AAAA", "MX", "NS", "TXT"):
                ours, theirs = (answer(dig(address, name, kind, "+noadditional")) for address in (server.address, there))
                self.assertEqual(theirs, ours, f"{name} {kind}")
        before = self.serial(server)
        self.write("example.json", ZONE | {"ttl": 30})
        eventually(lambda: self.serial(server) > before, "a higher serial")
        eventually(lambda: has(self.serial(server)), "the secondary has what is new")

    def start_nsd(self, port: int, request: str, more: str = "") -> None:
        """NSD as secondary; `request` says where it gets the zone."""
        config = self.folder / "nsd.conf"
        config.write_text(f"""
server:
  ip-address: 127.0.0.1@{port}
  zonesdir: "{self.folder}"
  database: ""
  pidfile: "{self.folder}/nsd.pid"
  xfrdfile: "{self.folder}/xfrd.state"
  xfrdir: "{self.folder}"
  zonelistfile: "{self.folder}/zone.list"
  username: ""
{more}
remote-control:
  control-enable: no
key:
  name: "xfr."
  algorithm: hmac-sha256
  secret: "{SECRET}"
zone:
  name: example.com
  zonefile: "nsd.zone"
  request-xfr: {request}
  allow-notify: 127.0.0.1 xfr.
""")
        Daemon(self, "nsd", "-d", "-c", str(config))
