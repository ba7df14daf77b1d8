#!/usr/bin/env python3
"""What probing costs, and how soon it is seen: the processor time of ten thousand TCP targets, and the time from an endpoint's death to
the answer without it, and from its return to the answer with it.

usage: probing.py PROGRAM [cost|detection]...
"""
from __future__ import annotations

import json
import os
import random
import re
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TARGETS = 10_000
INTERVAL = 5  # seconds
SETTLE = 15  # seconds until the first round is over
SECONDS = 30
DETECTIONS = 100
FALL, RISE = 2, 2
PROBE = {"interval": "500ms", "timeout": "200ms"}
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """`loadstar dns` with some zones; use as a context manager."""

    def __init__(self, program: str, folder: Path) -> None:
        command = [program, "dns", "--listen", "127.0.0.1:0", "--zones", str(folder), "--workers", "1"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.port = 0

    def __enter__(self) -> Server:
        for line in self.process.stderr:
            if found := re.search(r"listening on 127\.0\.0\.1:(\d+) \(udp\)", line):
                self.port = int(found[1])
            if line.endswith("ready\n"):
                break
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait()

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def accept_all(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.close()


def listener_on(address: str, port: int = 0) -> socket.socket:
    return socket.create_server((address, port), backlog=1024)


def cost(program: str) -> None:
    with tempfile.TemporaryDirectory() as name, listener_on("0.0.0.0") as listener:
        threading.Thread(target=accept_all, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        pools = {f"p{i}": {"monitor": "tcp", "endpoints": [{"a": f"127.1.{i}.{j + 1}"} for j in range(100)]}
                 for i in range(TARGETS // 100)}
        Path(name, "example.json").write_text(json.dumps({
            "zone": "example.com", "monitors": {"tcp": {"type": "tcp", "port": port, "interval": f"{INTERVAL}s"}}, "pools": pools,
            "policies": {"all": {"rules": [{"pools": list(pools)}]}},
            "records": {"@": {"NS": "ns.example.net."}, "www": {"steer": "all"}}}))
        with Server(program, Path(name)) as server:
            time.sleep(SETTLE)
            before, started = server.cpu_seconds(), time.monotonic()
            time.sleep(SECONDS)
            share = (server.cpu_seconds() - before) / (time.monotonic() - started)
    print(f"{TARGETS:,} TCP targets every {INTERVAL} s: {share:.1%} of one core")


QUERY = struct.pack(">HHHHHH", 0, 0, 1, 0, 0, 0) + b"\3www\7example\3com\0" + struct.pack(">HH", 1, 1)


def answers_with(client: socket.socket, address: str) -> bool:
    client.send(QUERY)
    return client.recv(512).endswith(socket.inet_aton(address))


def wait_for(client: socket.socket, address: str) -> float:
    started = time.monotonic()
    while not answers_with(client, address):
        time.sleep(0.002)
    return time.monotonic() - started


def spread(times: list[float]) -> str:
    times = sorted(times)
    return f"median {statistics.median(times):.2f} s, least {times[0]:.2f}, most {times[-1]:.2f} of {len(times)}"


def detection(program: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        listener = listener_on("127.1.0.1")
        port = listener.getsockname()[1]
        monitor = {"type": "tcp", "port": port, "fall": FALL, "rise": RISE, "flap": False, **PROBE}
        Path(name, "example.json").write_text(json.dumps({
            "zone": "example.com", "monitors": {"tcp": monitor},
            "pools": {"near": {"monitor": "tcp", "endpoints": [{"a": "127.1.0.1"}]}, "far": {"endpoints": [{"a": "127.1.0.2"}]}},
            "policies": {"www": {"rules": [{"pools": ["near", "far"]}]}},
            "records": {"@": {"NS": "ns.example.net."}, "www": {"steer": "www"}}}))
        gone, back = [], []
        with Server(program, Path(name)) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", server.port))
            for _ in range(DETECTIONS):
                time.sleep(random.uniform(0, 0.5))
                listener.close()
                gone.append(wait_for(client, "127.1.0.2"))
                time.sleep(random.uniform(0, 0.5))
                listener = listener_on("127.1.0.1", port)
                back.append(wait_for(client, "127.1.0.1"))
        listener.close()
    interval, timeout = 0.5, 0.2
    print(f"out of answers: {spread(gone)}; at most {FALL * interval + timeout + 0.5:.1f} s wanted")
    print(f"back in them:   {spread(back)}; at most {RISE * interval + 0.5:.1f} s wanted")


def main() -> None:
    program, *wanted = sys.argv[1:]
    for part in wanted or ("detection", "cost"):
        {"cost": cost, "detection": detection}[part](program)


if __name__ == "__main__":
    main()
