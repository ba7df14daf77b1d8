#!/usr/bin/env python3
"""Zonemaster judges a steered zone as if it were delegated: zonemaster_test.py PROGRAM

All in a network of its own, which has nothing but loopback: ours is both name servers of gslb.test, on addresses that are not
private, and NSD is the root above them. Zonemaster may say nothing of the level NOTICE or above but what stands in EXPECTED.
"""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from peers import PATH, Nsd
from server import Server

ROOT, FIRST, SECOND = "198.41.0.4", "46.21.97.53", "91.198.174.53"
INSIDE = "LOADSTAR_INSIDE"

# What is not about the server: the zone is not signed, and the network has no IPv6.
EXPECTED = {"NEITHER_DNSKEY_NOR_DS", "NOT_SIGNED", "NO_IPV6_NS_CHILD", "NO_IPV6_NS_DEL"}

GSLB = """{
  "zone": "gslb.test", "ttl": 300,
  "soa": { "refresh": "4h", "retry": "1h", "expire": "14d", "minimum": 300 },
  "pools": { "fra": { "endpoints": [ { "a": "46.21.97.10" } ] }, "iad": { "endpoints": [ { "a": "91.198.174.10" } ] } },
  "policies": { "www": { "rules": [ { "name": "near", "match": { "cidrs": ["46.0.0.0/8"] }, "pools": ["fra", "iad"] },
                                    { "name": "far", "pools": ["iad", "fra"] } ] } },
  "records": {
    "@": { "NS": ["ns1", "ns2"], "MX": "10 mail", "TXT": "v=spf1 -all", "steer": "www" },
    "ns1": { "A": "46.21.97.53" }, "ns2": { "A": "91.198.174.53" }, "mail": { "A": "46.21.97.25" }, "www": { "steer": "www" }
  }
}"""

ABOVE = f"""$ORIGIN .
$TTL 86400
@ IN SOA a.root.test. hostmaster.test. 1 7200 1800 1209600 3600
@ IN NS a.root.test.
a.root.test. IN A {ROOT}
gslb.test. IN NS ns1.gslb.test.
gslb.test. IN NS ns2.gslb.test.
ns1.gslb.test. IN A {FIRST}
ns2.gslb.test. IN A {SECOND}
53.97.21.46.in-addr.arpa. IN PTR ns1.gslb.test.
53.174.198.91.in-addr.arpa. IN PTR ns2.gslb.test.
"""


class RootServer(Nsd):
    def __init__(self, folder: Path, zones: list[Path]) -> None:
        super().__init__(folder, zones)
        self.address = (ROOT, 53)

    def configuration(self) -> str:
        return super().configuration().replace(f"127.0.0.1@{self.address[1]}", ROOT)


def write_zones(folder: Path) -> None:
    (folder / "gslb.test.json").write_text(GSLB)


def enter_network() -> None:
    """Goes on in a network namespace of our own; ends with 77 where there can be none."""
    if os.environ.get(INSIDE):
        return
    command = ["unshare", "--net", "--map-root-user"]
    missing = [tool for tool in ("unshare", "ip", "nsd", "zonemaster-cli") if not shutil.which(tool, path=PATH)]
    if missing or subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        print(f"not installed: {', '.join(missing)}" if missing else "no network namespace can be made")
        sys.exit(77)
    os.execvpe("unshare", [*command, sys.executable, *sys.argv], os.environ | {INSIDE: "1"})


def prepare_loopback() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in (ROOT, FIRST, SECOND):
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)


def zonemaster(folder: Path) -> list[str]:
    """Its messages of level NOTICE and above, as "SECONDS LEVEL TESTCASE TAG details"."""
    hints = folder / "hints"
    hints.write_text(f". 3600 NS a.root.test.\na.root.test. 3600 A {ROOT}\n")
    command = ["zonemaster-cli", "--raw", "--show-testcase", "--level", "NOTICE", "--no-ipv6", "--hints", str(hints),
               "--ns", f"ns1.gslb.test/{FIRST}", "--ns", f"ns2.gslb.test/{SECOND}", "gslb.test"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    return done.stdout.splitlines()


def main() -> None:
    enter_network()
    prepare_loopback()
    with tempfile.TemporaryDirectory(prefix="loadstar-zonemaster-") as name:
        folder = Path(name)
        root = folder / "..zone"
        root.write_text(ABOVE)
        with Server(Path(sys.argv[1]), write_zones, f"{FIRST}:53", f"{SECOND}:53"), RootServer(folder, [root]):
            messages = zonemaster(folder)
    tags = {line.split()[3] for line in messages}
    print("\n".join(messages))
    sys.exit(f"expected but not said, is the test still what it was? {EXPECTED - tags}" if EXPECTED - tags else
             f"said, and not expected: {tags - EXPECTED}" if tags - EXPECTED else 0)


if __name__ == "__main__":
    main()
