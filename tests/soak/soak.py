#!/usr/bin/env python3
"""Millions of damaged queries against the real program: soak.py PROGRAM MUTANTS [MILLIONS]

The server may not end, every datagram that it receives is counted under one reason, its memory stays where it was after the
first million, and it answers as ever.
"""
import json
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))
from lab import Lab, free_port  # noqa: E402

MILLION = 1_000_000
GROWTH_KIB = 2048


def resident_kib(pid: int) -> int:
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1])


class Soak:
    def __init__(self, lab: Lab, mutants: Path, control: int) -> None:
        self.lab, self.mutants, self.control = lab, mutants, control
        self.settled_kib = 0

    def counts(self) -> tuple[int, int]:
        """Datagrams received, and messages counted under a reason that did not come over TCP."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.control}/v1/status", timeout=30) as answer:
            workers = json.load(answer)["workers"]
        ended = sum(sum(worker["queries"].values()) - worker["tcp_messages"] for worker in workers)
        return sum(worker["udp_received"] for worker in workers), ended

    def settle(self) -> tuple[int, int]:
        """The counts once nothing moves any more."""
        before = None
        while (now := self.counts()) != before:
            before = now
            time.sleep(0.1)
        return now

    def run(self, seed: int) -> list[str]:
        """One million; what is wrong after it."""
        subprocess.run([str(self.mutants), "127.0.0.1", str(self.lab.port), str(MILLION), str(seed)], check=True)
        if self.lab.server.has_ended():
            return ["the server has ended:", self.lab.log.read_text()[-2000:]]
        received, ended = self.settle()
        faults = [] if received == ended else [f"{received} datagrams were received, {ended} counted"]
        answer = self.lab.addresses(f"www.{self.lab.zone.origin}", "+subnet=203.0.113.0/24")
        if set(answer) != set(self.lab.zone.regions["icn"].addresses):
            faults.append(f"a client near Seoul gets {answer}")
        kib = resident_kib(self.lab.server.pid)
        self.settled_kib = self.settled_kib or kib
        if kib > self.settled_kib + GROWTH_KIB:
            faults.append(f"memory has grown from {self.settled_kib} to {kib} KiB")
        print(f"{seed} million sent, {received:,} received, {kib} KiB", flush=True)
        return faults


def main() -> int:
    program, mutants = Path(sys.argv[1]), Path(sys.argv[2])
    millions = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    control = free_port()
    with Lab(program, arguments=["--control", f"127.0.0.1:{control}"]) as lab:
        lab.start_backends()
        lab.start_server()
        soak = Soak(lab, mutants, control)
        for seed in range(1, millions + 1):
            if faults := soak.run(seed):
                print("\n".join(faults))
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
