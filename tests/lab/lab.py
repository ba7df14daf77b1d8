"""A world on loopback: the web servers of every region that a zone file names, and a `loadstar dns` that watches them.

Used by the demonstration and by the tests that run the real program. Whatever a Lab starts, it ends.
"""
from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30  # under sanitizers, on a busy machine


class LabError(Exception):
    """Says in one sentence why the world cannot be built."""


def read_jsonc(path: Path) -> dict:
    """JSON with // and /* */ comments, which do not count within strings."""
    tokens = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
    return json.loads(tokens.sub(lambda match: match[1] or " ", path.read_text()))


@dataclass
class Region:
    key: str
    title: str
    port: int
    addresses: list[str] = field(default_factory=list)


@dataclass
class Monitor:
    interval: float
    timeout: float
    fall: int
    rise: int

    def seconds(self, probes: int) -> float:
        """Until so many results are in at the latest (docs/health.md), with a second for the machine."""
        return probes * self.interval * 1.1 + self.timeout + 1


def seconds_of(duration: str | float) -> float:
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
    if not isinstance(duration, str):
        return float(duration)
    number, unit = re.fullmatch(r"([\d.]+)(\D+)", duration).groups()
    return float(number) * units[unit]


class Zone:
    """What the demonstration has to know of a zone file and the libraries beside it."""

    def __init__(self, path: Path) -> None:
        self.data = read_jsonc(path)
        self.origin: str = self.data["zone"]
        files = [read_jsonc(file) for file in path.parent.glob("*.json")]
        places = [file.get("regions", {}) for file in files if "zone" not in file] + [self.data.get("regions", {})]
        self._places = {key: place for library in places for key, place in library.items()}
        self.regions = self._regions()

    def _regions(self) -> dict[str, Region]:
        regions: dict[str, Region] = {}
        for pool in self.data["pools"].values():
            if "region" not in pool or "monitor" not in pool:
                continue
            key = pool["region"]
            monitor = self.data["monitors"][pool["monitor"]]
            region = regions.setdefault(key, Region(key, self._places[key]["title"], monitor["port"]))
            addresses = [endpoint["a"] for endpoint in pool["endpoints"] if "a" in endpoint]
            region.addresses += [address for address in addresses if address not in region.addresses]
        return regions

    def monitor_of(self, region: str) -> Monitor:
        names = [pool["monitor"] for pool in self.data["pools"].values() if pool.get("region") == region]
        monitor = self.data["monitors"][names[0]]
        return Monitor(seconds_of(monitor.get("interval", "5s")), seconds_of(monitor.get("timeout", "2s")),
                       monitor.get("fall", 3), monitor.get("rise", 2))

    def weights_of(self, name: str) -> dict[str, int]:
        """Address to weight, of a name that is steered to one weighted pool."""
        steer = self.data["records"][name]["steer"]
        policy = self.data["policies"][steer] if isinstance(steer, str) else steer
        pool = policy if "endpoints" in policy else self.data["pools"][policy["rules"][0]["pools"][0]]
        return {endpoint["a"]: endpoint.get("weight", 1) for endpoint in pool["endpoints"]}


def is_free(address: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def free_port(first: int = 0) -> int:
    """A port of 127.0.0.1 that is free for UDP and TCP: the next one from `first`, or any below those that the system gives
    to connections, which come and go."""
    for port in range(first, first + 1000) if first else (random.randrange(20_000, 32_000) for _ in range(100)):
        if is_free("127.0.0.1", port, socket.SOCK_DGRAM) and is_free("127.0.0.1", port, socket.SOCK_STREAM):
            return port
    raise LabError(f"no free port from {first} on")


class Process:
    """A child that ends with the Lab. It has a process group of its own, so that Ctrl-C reaches only us."""

    def __init__(self, command: list[str], **options) -> None:
        self.command = command
        self._child = subprocess.Popen(command, start_new_session=True, **options)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def stdout(self):
        return self._child.stdout

    def has_ended(self) -> bool:
        return self._child.poll() is not None

    def stop(self, patience: float = 20) -> int:
        """Ends the child and returns its exit code."""
        if not self.has_ended():
            self._child.terminate()
        try:
            return self._child.wait(patience)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            raise LabError(f"{self.command[0]} did not end within {patience:.0f} s of SIGTERM") from None


class Lab:
    """Backends for each region of the zone, and a server; use as a context manager."""

    def __init__(self, program: Path, *, port: int = 0, zone_file: str = "demo.json", log: Path | None = None,
                 arguments: list[str] | None = None) -> None:
        self.program = program.resolve()
        self.zone = Zone(ROOT / "zones" / zone_file)
        self.zones = ROOT / "zones"
        self.port = port
        self.server: Process | None = None
        self._arguments = arguments or []
        self._backends: dict[str, Process] = {}
        self.folder = Path(tempfile.mkdtemp(prefix="loadstar-"))
        self.log = log or self.folder / "loadstar.log"

    def __enter__(self) -> Lab:
        if not self.program.exists():
            raise LabError(f"there is no {self.program}: build it first, for example with ./dev build")
        return self

    def __exit__(self, *_) -> None:
        try:
            with contextlib.ExitStack() as stack:
                for process in [self.server, *self._backends.values()]:
                    if process:
                        stack.callback(process.stop)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start_backends(self) -> None:
        self._avoid_taken_ports()
        for region in self.zone.regions.values():
            self.start_backend(region)

    def _avoid_taken_ports(self) -> None:
        """Somebody else may have the port that the zone file names: then a copy of the zones names another."""
        regions = self.zone.regions.values()
        port = next(iter(regions)).port
        if all(is_free(a, port, socket.SOCK_STREAM) for region in regions for a in region.addresses):
            return
        other = free_port(port + 1)
        copy = self.folder / "zones"
        shutil.copytree(self.zones, copy)
        for file in copy.glob("*.json"):
            file.write_text(re.sub(rf'("port"\s*:\s*){port}\b', rf"\g<1>{other}", file.read_text()))
        self.zones = copy
        for region in regions:
            region.port = other

    def start_backend(self, region: Region) -> None:
        command = [sys.executable, str(ROOT / "tests/lab/backend.py"), region.title, str(region.port)]
        backend = Process(command + region.addresses, stdout=subprocess.PIPE, text=True)
        self._backends[region.key] = backend
        if backend.stdout.readline() != "ready\n":
            raise LabError(f"the web servers of {region.title} did not start")

    def stop_backend(self, region: Region) -> None:
        self._backends.pop(region.key).stop()

    @property
    def server_command(self) -> list[str]:
        # Root's own checkout is often closed to everybody else, and then could not be read again as another user.
        user = ["--user", "root"] if os.geteuid() == 0 else []
        return [str(self.program), "dns", "--listen", f"127.0.0.1:{self.port}", "--zones", str(self.zones),
                "--geoip", str(ROOT / "geoip"), *user, *self._arguments]

    def start_server(self) -> None:
        """Starts the server and returns when it answers."""
        self.port = self.port or free_port()
        with self.log.open("w") as log:
            self.server = Process(self.server_command, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.server.has_ended() or time.monotonic() > deadline:
                raise LabError(f"the server did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def answers(self) -> bool:
        return "status: NOERROR" in self.dig(self.zone.origin, "SOA", "+tries=1", "+timeout=1")

    def dig_command(self, *arguments: str) -> list[str]:
        return ["dig", "@127.0.0.1", "-p", str(self.port), "+norecurse", *arguments]

    def dig(self, *arguments: str) -> str:
        return subprocess.run(self.dig_command(*arguments), capture_output=True, text=True, check=False).stdout

    def addresses(self, name: str, *arguments: str) -> list[str]:
        return self.dig(name, "A", "+short", *arguments).split()
