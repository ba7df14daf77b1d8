#!/usr/bin/env python3
"""What 10,000 TCP connections cost a client over UDP: its latency with and without them, in one run.

usage: floods.py PROGRAM
"""
from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
CONNECTIONS = 10_000
SOURCES = 50  # addresses that they come from
SAMPLES = 20_000  # queries a round
ROUNDS = 8
KINDS = {
    "idle": "answered once, then silent",
    "half": "stopped in the middle of a message",
    "slow": "a byte now and then",
}


def hold(kind: str, server: str) -> None:
    """Opens the connections, says so, and keeps them until standard input ends."""
    from dns_client import connect, framed, query

    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    whole = framed(query("www.example.com"))
    first = {"idle": whole, "half": whole[:20], "slow": b"\xff"}[kind]
    connections = []
    for number in range(CONNECTIONS):
        connection = connect(server, f"127.0.1.{number % SOURCES + 1}")
        connection.sendall(first)
        connections.append(connection)
    print("held", flush=True)
    os.set_blocking(0, False)
    turn = 0
    while sys.stdin.buffer.read(1) is None:
        time.sleep(0.01)
        for connection in connections[turn:turn + 20] if kind == "slow" else ():
            connection.send(b"\0")
        turn = (turn + 20) % CONNECTIONS


def measure(server: str) -> list[float]:
    """Latencies in microseconds of one query after another, sorted."""
    from dns_client import query, split

    latencies = []
    message = query("www.example.com")
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.connect(split(server))
        client.settimeout(10)
        for _ in range(SAMPLES):
            started = time.perf_counter()
            client.send(message)
            client.recv(4096)
            latencies.append((time.perf_counter() - started) * 1e6)
    return sorted(latencies)


def quietest(rounds: list[list[float]], share: float) -> float:
    """The percentile of the round that other work on the machine disturbed least."""
    return min(latencies[int(len(latencies) * share)] for latencies in rounds)


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def open_connections(server) -> int:
    return sum(worker["tcp_open"] for worker in server.status()["workers"])


def compare(kind: str, server) -> str:
    """Alternates between without and with, so that both meet the same noise."""
    from harness import eventually

    without: list[list[float]] = []
    beside: list[list[float]] = []
    opened = memory = 0
    for _ in range(ROUNDS):
        without.append(measure(server.address))
        flood = subprocess.Popen([sys.executable, __file__, "hold", kind, server.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        flood.stdout.readline()
        beside.append(measure(server.address))
        opened = open_connections(server)
        memory = resident_mb(server.process.pid)
        flood.communicate()
        eventually(lambda: open_connections(server) == 0, "the connections are closed")
    cells = []
    for share in (0.5, 0.99):
        before, after = quietest(without, share), quietest(beside, share)
        cells.append(f"{before:5.0f} {after:5.0f} {after / before:5.2f}")
    return f"{kind:5} {opened:6}  {cells[0]}   {cells[1]}   {memory:5.0f}   {KINDS[kind]}"


def main() -> None:
    from harness import FolderTest

    class Floods(FolderTest):
        def runTest(self) -> None:
            file = self.folder / "dns.json"
            file.write_text(json.dumps({"tcp": {"connections": 12_000, "idle": "1h", "io": "1h"}}))
            print(f"UDP latency in us beside {CONNECTIONS} TCP connections, the quietest of {ROUNDS} rounds of {SAMPLES} queries each")
            print("       held    p50  with ratio     p99  with ratio      MB")
            for kind in KINDS:
                with self.serve("--config", str(file), "--control", "127.0.0.1:0") as server:
                    print(compare(kind, server), flush=True)

    result = Floods().run()
    for _, problem in [*result.errors, *result.failures]:
        print(problem, file=sys.stderr)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    if sys.argv[1] == "hold":
        hold(*sys.argv[2:])
    else:
        os.environ["LOADSTAR"] = sys.argv[1]
        main()
