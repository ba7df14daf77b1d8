#!/usr/bin/env python3
"""Load from dnsperf over all names of the demonstration zone: load_test.py PROGRAM [SECONDS]

No query may be lost, none answered with an error, a client who asks in between has to get its region as ever, and the
server's memory may not grow.
"""
import re
import subprocess
import sys
from pathlib import Path

from lab import Lab

WARM_UP_SECONDS = 1
GROWTH_KIB = 1024
RATE = 20_000  # queries per second: the web servers and their probes have to get a turn, too
CLIENTS = {"203.0.113.0/24": "icn", "198.51.100.0/24": "fra", "192.0.2.0/24": "iad"}
SUBNET = "8:00011800c63364"  # option code and data of 198.51.100.0/24 (RFC 7871 6)


def queries_of(lab: Lab) -> str:
    """Every name that has addresses or a policy, once for A and once for AAAA."""
    names = [name.replace("*", "any") for name, records in lab.zone.data["records"].items()
             if records.keys() & {"A", "AAAA", "steer"}]
    owners = [lab.zone.origin if name == "@" else f"{name}.{lab.zone.origin}" for name in names]
    return "".join(f"{owner} {kind}\n" for owner in owners for kind in ("A", "AAAA"))


def resident_kib(pid: int) -> int:
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1])


def is_sanitized(pid: int) -> bool:
    """A sanitizer keeps freed memory for a while, so that growth says nothing."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    return "libasan" in maps or "libtsan" in maps


def dnsperf_command(lab: Lab, queries: Path, seconds: int) -> list[str]:
    return ["dnsperf", "-s", "127.0.0.1", "-p", str(lab.port), "-d", str(queries), "-l", str(seconds),
            "-Q", str(RATE), "-E", SUBNET]


def wrong_answers_under_load(lab: Lab, load: subprocess.Popen) -> int:
    wrong = 0
    while load.poll() is None:
        for subnet, key in CLIENTS.items():
            answer = lab.addresses(f"www.{lab.zone.origin}", f"+subnet={subnet}")
            wrong += set(answer) != set(lab.zone.regions[key].addresses)
    return wrong


def faults_of(report: str) -> list[str]:
    lost = int(re.search(r"Queries lost:\s+(\d+)", report)[1])
    codes = re.search(r"Response codes:\s+(.*)", report)[1]
    faults = [f"{lost} queries were lost"] if lost else []
    if not re.fullmatch(r"NOERROR \d+ \(100\.00%\)", codes.strip()):
        faults.append(f"not every answer was NOERROR: {codes}")
    return faults


def main() -> int:
    program = Path(sys.argv[1])
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with Lab(program) as lab:
        lab.start_backends()
        lab.start_server()
        queries = lab.folder / "queries.txt"
        queries.write_text(queries_of(lab))
        subprocess.run(dnsperf_command(lab, queries, WARM_UP_SECONDS), capture_output=True, check=True)
        before = resident_kib(lab.server.pid)
        with subprocess.Popen(dnsperf_command(lab, queries, seconds), stdout=subprocess.PIPE, text=True) as load:
            wrong = wrong_answers_under_load(lab, load)
            report = load.stdout.read()
        growth = resident_kib(lab.server.pid) - before
        faults = faults_of(report) + ([f"{wrong} answers were wrong"] if wrong else [])
        if growth > GROWTH_KIB and not is_sanitized(lab.server.pid):
            faults.append(f"memory grew by {growth} KiB")
    print(report.strip())
    print("\n".join(faults) or f"nothing lost, no error, memory {growth:+} KiB")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
