#!/usr/bin/env python3
"""User instructions of the whole server for each query, by workload: instructions.py PROGRAM [--check] [--write]

The program runs under callgrind with one worker, answers so many queries of each workload, and the instructions in between
are divided by them. It is stopped while queries are put into its sockets, so that its batches are the same on every machine,
and the least of some rounds counts, since its timers run by the clock: what else the machine does is left out of the figures. --check fails when a workload takes over 3 % more
than instructions.json says, --write changes that file: in a commit that says why.
"""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from messages import COOKIE, option, query, subnet

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
EXPECTED = FOLDER / "instructions.json"
ALLOWED_GROWTH = 1.03
NAMES = 10_000
STEERED = 16  # names of each kind: which of them share a slot of the server's table changes from run to run
QUERIES = 6_400
ROUNDS = 3
WINDOW = 64  # queries that wait for the program when it wakes
START_SECONDS = 120

ZONE = {
    "zone": "example.com",
    "regions": {"fra": {"lat": 50, "lon": 8}, "icn": {"lat": 37, "lon": 126}},
    "pools": {"fra": {"region": "fra", "endpoints": [{"a": "192.0.2.1", "aaaa": "2001:db8::1"}]},
              "icn": {"region": "icn", "endpoints": [{"a": "192.0.2.2", "aaaa": "2001:db8::2"}]},
              "weighted": {"balance": "weighted", "endpoints": [{"a": "192.0.2.3", "weight": 3}, {"a": "192.0.2.4"}]}},
    "policies": {"geo": {"rules": [{"method": "nearest", "pools": ["fra", "icn"]}]},
                 "weighted": {"rules": [{"pools": ["weighted"]}]}},
    "records": {"@": {"NS": "ns1"}, "ns1": {"A": "192.0.2.53"}}
               | {f"{policy}{i:02}": {"steer": policy} for policy in ("geo", "weighted") for i in range(STEERED)}
               | {f"host{i}": {"A": f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}"} for i in range(NAMES)},
}


def host(number: int) -> str:
    return f"host{number * 7919 % NAMES}.example.com"


def steered(policy: str, number: int) -> str:
    return f"{policy}{number % STEERED:02}.example.com"


def subnet4(number: int) -> bytes:
    return subnet(f"203.0.{number & 255}.0/24")


def subnet6(number: int) -> bytes:
    return subnet(f"2001:db8:{number & 0xffff:x}::/48")


# A workload makes its query by number; `cookie` is one that the server has made.
WORKLOADS = {
    "static": lambda i, cookie: query(host(i), number=i),
    "plain": lambda i, cookie: query(host(i), None, i),
    "nxdomain": lambda i, cookie: query(f"nothing{i % NAMES}.example.com", number=i),
    "geo": lambda i, cookie: query(steered("geo", i), subnet4(i), i),
    "geo6": lambda i, cookie: query(steered("geo", i), subnet6(i), i),
    "weighted": lambda i, cookie: query(steered("weighted", i), number=i),
    "cookie": lambda i, cookie: query(host(i), cookie, i),
    "tcp": lambda i, cookie: query(host(i), number=i),
}


class Server:
    """The program under callgrind."""

    def __init__(self, program: Path, folder: Path) -> None:
        zones = folder / "zones"
        zones.mkdir()
        (zones / "example.json").write_text(json.dumps(ZONE))
        user = ["--user", "root"] if os.geteuid() == 0 else []
        self._folder = folder
        self._process = subprocess.Popen(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", str(program), "dns", "--listen", "127.0.0.1:0",
             "--zones", str(zones), "--geoip", str(ROOT / "geoip"), "--workers", "1", *user], stderr=subprocess.PIPE, text=True)
        self.address = self._wait_until_ready()

    def _wait_until_ready(self) -> tuple[str, int]:
        port, deadline = 0, time.monotonic() + START_SECONDS
        for line in self._process.stderr:
            if found := re.search(r"listening on 127\.0\.0\.1:(\d+) \(udp\)", line):
                port = int(found[1])
            if line.rstrip().endswith("ready"):
                return "127.0.0.1", port
            if time.monotonic() > deadline:
                break
        raise SystemExit("the server did not start under callgrind")

    def stop(self) -> None:
        self._process.terminate()
        self._process.stderr.read()
        self._process.wait()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    def _control(self, action: str) -> None:
        subprocess.run(["callgrind_control", action, str(self._process.pid)], check=True, capture_output=True)

    def instructions_of(self, work) -> int:
        for old in self._folder.glob("out.*"):
            old.unlink()
        self._control("--zero")
        work()
        self._control("--dump")
        dumps = list(self._folder.glob("out.*"))
        return sum(int(re.search(r"^(?:totals|summary): (\d+)", dump.read_text(), re.MULTILINE)[1]) for dump in dumps)


def windows_of(messages: list[bytes]) -> list[list[bytes]]:
    return [messages[start:start + WINDOW] for start in range(0, len(messages), WINDOW)]


def ask_udp(server: Server, messages: list[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(server.address)
        client.settimeout(30)
        for window in windows_of(messages):
            with server.stopped():
                for message in window:
                    client.send(message)
            for _ in window:
                client.recv(4096)


def ask_tcp(server: Server, messages: list[bytes]) -> None:
    with socket.create_connection(server.address, 30) as client, client.makefile("rb") as answers:
        for window in windows_of(messages):
            with server.stopped():
                client.sendall(b"".join(struct.pack("!H", len(message)) + message for message in window))
            for _ in window:
                answers.read(struct.unpack("!H", answers.read(2))[0])


def cookie_of(server: Server) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(server.address)
        client.settimeout(30)
        client.send(query(host(1), option(COOKIE, bytes(8)), 1))
        return client.recv(4096)[-28:]


def measure(program: Path) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="loadstar-") as name_of_folder:
        folder = Path(name_of_folder)
        folder.chmod(0o755)
        server = Server(program, folder)
        try:
            cookie, measured = cookie_of(server), {}
            for workload, make in WORKLOADS.items():
                messages = [make(i, cookie) for i in range(QUERIES)]
                ask = ask_tcp if workload == "tcp" else ask_udp
                ask(server, messages[:WINDOW])
                rounds = [server.instructions_of(lambda: ask(server, messages)) for _ in range(ROUNDS)]
                measured[workload] = round(min(rounds) / QUERIES)
            return measured
        finally:
            server.stop()


def main() -> int:
    measured = measure(Path(sys.argv[1]))
    if "--write" in sys.argv:
        EXPECTED.write_text(json.dumps(measured, indent=2) + "\n")
    expected = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    grown = [workload for workload, count in measured.items() if count > expected.get(workload, count) * ALLOWED_GROWTH]
    for workload, count in measured.items():
        print(f"{workload:10} {count:6}   expected {expected.get(workload, 0):6}{'   has grown' if workload in grown else ''}")
    return 1 if grown and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
