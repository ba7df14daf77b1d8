"""Knot's load generator over XDP, which costs the server's core less than a generator with sockets would."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

from messages import query
from peers import PeerError
from peers.wired import LINK, Wired
from workloads import Question


def line_of(question: Question) -> str:
    """A question as kxdpgun reads it."""
    labels, at = [], 12
    while length := question.message[at]:
        labels.append(question.message[at + 1:at + 1 + length].decode())
        at += 1 + length
    owner = ".".join(labels)
    flags = {query(owner): "E", query(owner, None): ""}
    if question.message not in flags or question.source:
        raise PeerError("kxdpgun cannot ask that")
    return f"{owner} A {flags[question.message]}\n"


def running_ns(processes: list[int]) -> int:
    files = [file for process in processes for file in Path(f"/proc/{process}/task").glob("*/schedstat")]
    return sum(int(file.read_text().split()[0]) for file in files)


def measure(peer: Wired, questions: Path, seconds: float, rate: float, core: str) -> dict:
    """As dns_load prints it, as far as kxdpgun tells it."""
    command = [*peer.enter_generator, "kxdpgun", "--interface", LINK, "--duration", str(seconds), "--qps", str(int(rate)),
               "--affinity", core, "--port", str(peer.port), "--infile", str(questions), peer.host]
    before = running_ns(peer.timed_processes())
    report = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    cpu_ns = running_ns(peer.timed_processes()) - before

    def number(label: str) -> int:
        found = re.search(rf"{label}:\s+(\d+)", report)
        return int(found[1]) if found else 0

    sent, answered, right = number("total queries"), number("total replies"), number("responded NOERROR")
    return {"seconds": seconds, "sent": sent, "answered": answered, "lost": sent - answered, "wrong": answered - right, "first_fault": "",
            "cpu_ns": cpu_ns, "user_ns": 0, "p50_us": 0, "p99_us": 0, "p999_us": 0}
