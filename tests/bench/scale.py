#!/usr/bin/env python3
"""Large configurations: how long they take to load, what they take of memory, and what a reload costs the queries beside it.

usage: scale.py BUILD [NAMES...]   NAMES of the configurations below; all of them if none is given
"""
from __future__ import annotations

import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable

from messages import query

RATE = 20_000  # queries a second
SECONDS = 5
ROUNDS = 5  # of each, by turns
QUESTIONS = 50_000
REGIONS = 100
PARTITIONS = 20  # so many of the 500 policies tell places apart in different ways


def write_names(zones: Path) -> list[tuple[str, str]]:
    """A million names with an address each. As all of these, returns questions, each a name and what may be answered."""
    addresses = [f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}" for i in range(1_000_000)]
    records = ",\n".join(f'"host{i}": {{ "A": "{address}" }}' for i, address in enumerate(addresses))
    (zones / "example.json").write_text(f'{{ "zone": "example.com", "records": {{ "@": {{ "NS": "ns.example.net." }},\n{records} }} }}')
    return [(f"host{i}.example.com", addresses[i]) for i in random.sample(range(len(addresses)), QUESTIONS)]


def write_zones(zones: Path) -> list[tuple[str, str]]:
    """A hundred thousand zones, a file each."""
    for i in range(100_000):
        zone = {"zone": f"zone{i}.example", "records": {"@": {"NS": "ns1"}, "ns1": {"A": "192.0.2.53"}, "www": {"A": f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"}}}
        (zones / f"zone{i}.json").write_text(json.dumps(zone))
    return [(f"www.zone{i}.example", f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}") for i in random.sample(range(100_000), QUESTIONS)]


def write_policies(zones: Path) -> list[tuple[str, str]]:
    """Ten thousand pools in a hundred regions and 500 policies that answer from the nearest of four, over the large database."""
    regions = {f"r{i}": {"lat": random.uniform(-50, 65), "lon": random.uniform(-180, 180)} for i in range(REGIONS)}
    pools = {f"p{i}": {"region": f"r{i % REGIONS}", "endpoints": [{"a": f"10.1.{i >> 8}.{i & 255}"}]} for i in range(10_000)}
    choices = [random.sample(range(REGIONS), 4) for _ in range(PARTITIONS)]
    policies, records, possible = {}, {"@": {"NS": "ns.example.net."}}, []
    for i in range(500):
        mine = [f"p{REGIONS * (i // PARTITIONS) + region}" for region in choices[i % PARTITIONS]]
        policies[f"policy{i}"] = {"rules": [{"method": "nearest", "pools": mine}]}
        records[f"www{i}"] = {"steer": f"policy{i}"}
        possible.append((f"www{i}.example.com", ",".join(pools[pool]["endpoints"][0]["a"] for pool in mine)))
    (zones / "library.json").write_text(json.dumps({"regions": regions, "pools": pools, "policies": policies}))
    (zones / "example.json").write_text(json.dumps({"zone": "example.com", "records": records}))
    return random.choices(possible, k=QUESTIONS)


# What is written, and whether the large database belongs to it.
CONFIGURATIONS: dict[str, tuple[Callable[[Path], list[tuple[str, str]]], bool]] = {
    "names": (write_names, False),
    "zones": (write_zones, False),
    "policies": (write_policies, True),
}


class Server:
    """The program with a configuration."""

    def __init__(self, build: Path, zones: Path, geoip: Path) -> None:
        self._log = (zones.parent / "log").open("w+")
        started = time.monotonic()
        self.process = subprocess.Popen(
            [str(build / "loadstar"), "dns", "--listen", "127.0.0.1:0", "--zones", str(zones), "--geoip", str(geoip), "--workers", "1",
             *(["--user", "root"] if os.geteuid() == 0 else [])], stderr=self._log)
        self.wait_for("ready")
        self.ready_after = time.monotonic() - started
        self.address = re.search(r"listening on (\S+) \(udp\)", self.log())[1]

    def log(self) -> str:
        return (Path(self._log.name)).read_text()

    def wait_for(self, text: str, times: int = 1) -> None:
        while self.log().count(text) < times:
            if self.process.poll() is not None:
                raise SystemExit(f"the server has ended:\n{self.log()}")
            time.sleep(0.005)

    def memory_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) / 1024

    def reload(self) -> float:
        """Seconds until what was read is served."""
        times, started = self.log().count("serving"), time.monotonic()
        self.process.send_signal(signal.SIGHUP)
        self.wait_for("serving", times + 1)
        return time.monotonic() - started

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def load(build: Path, server: Server, questions: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [str(build / "tests/bench/dns_load"), server.address, str(questions), "--seconds", str(SECONDS), "--warm-up", "0.5",
         "--window", "4096", "--rate", str(RATE), "--first", str(random.randrange(QUESTIONS))], stdout=subprocess.PIPE, text=True)


def figures_of(process: subprocess.Popen) -> dict:
    return json.loads(process.communicate()[0])


def compare(build: Path, server: Server, questions: Path, database: Path | None) -> str:
    """By turns with no reload and with one after another."""
    quiet, beside, took = [], [], []
    for _ in range(ROUNDS):
        quiet.append(figures_of(load(build, server, questions)))
        process = load(build, server, questions)
        while process.poll() is None:
            if database:
                database.touch()  # or it would not be read again
            took.append(server.reload())
        beside.append(figures_of(process))
    lost, wrong = (sum(one[what] for one in quiet + beside) for what in ("lost", "wrong"))
    cells = [f"{statistics.median(took):.2f} s"]
    for share in ("p50_us", "p99_us", "p999_us"):
        before, during = (statistics.median(one[share] for one in rounds) for rounds in (quiet, beside))
        cells.append(f"{share[:-3]} {before:.0f} {during:.0f} us = {during / before:.2f}")
    return f"reload in {', '.join(cells)}; {len(took)} reloads, lost {lost}, wrong {wrong}"


def measure(build: Path, name: str) -> None:
    write, has_database = CONFIGURATIONS[name]
    with tempfile.TemporaryDirectory(prefix="loadstar-scale-") as folder_name:
        folder = Path(folder_name)
        folder.chmod(0o755)
        zones, geoip = folder / "zones", folder / "geoip"
        zones.mkdir()
        geoip.mkdir()
        database = geoip / "geo.mmdb" if has_database else None
        if database:
            subprocess.run([str(build / "tests/bench/make_geo"), str(geoip)], check=True, stdout=subprocess.DEVNULL)
        else:
            (geoip / "demo.mmdb").write_bytes(next(Path("geoip").glob("*.mmdb")).read_bytes())
        answers = write(zones)
        questions = folder / "questions"
        questions.write_text("".join(f"{query(name).hex()} 0 {addresses}\n" for name, addresses in answers))
        server = Server(build, zones, geoip)
        try:
            print(f"{name}: {write.__doc__}\n  ready in {server.ready_after:.2f} s, {server.memory_mib():.0f} MiB", flush=True)
            print(f"  {compare(build, server, questions, database)}", flush=True)
        finally:
            server.stop()


def main() -> None:
    random.seed(1)
    for name in sys.argv[2:] or CONFIGURATIONS:
        measure(Path(sys.argv[1]), name)


if __name__ == "__main__":
    main()
