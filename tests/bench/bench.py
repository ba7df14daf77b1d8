#!/usr/bin/env python3
"""Ours beside other servers and a bare echo, on the same questions in one run: bench.py BUILD [WORKLOAD...] [OPTION...]
With --xdp: ours over XDP beside ours over sockets, Knot's XDP and a bare echo over XDP.

BUILD is the folder of a release. Each server runs on one core and the load generator on the other, in a network namespace of
their own. A round measures every server once, in random order; figures are medians of the rounds. docs/performance.md says what
each of them means. Prints a table, and writes all rounds as JSON and a plot as SVG.
"""
from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import kxdpgun
import report
from figures import Figures
from messages import COOKIE, option, option_in, query
from peers import PEERS, XDP_PEERS, Before, Peer, PeerError, Setting
from workloads import WORKLOADS, ZONE, Question, Workload, World, host, write_questions

SHARE_OF_CAPACITY = 0.7  # at which latency is measured
PACED_WINDOW = 4096
LEAD_IN = 2  # rounds that do not count, so that servers with a cache of answers have filled it
WARM_UP = 0.2  # of a round, which does not count
QUIET_LOAD = 0.5  # load average of a machine that is at rest
NAMESPACE_COMMANDS = (
    "ip link set lo up",
    "ip route add local 0.0.0.0/0 dev lo",  # every IPv4 address is ours, for resolvers of many networks
    "sysctl -qw net.ipv4.ip_local_port_range=1024\t65535",
)


def in_namespace() -> int:
    """Runs this program again in a network namespace of its own."""
    name = f"loadstar-bench-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        enter = ["ip", "netns", "exec", name]
        for command in NAMESPACE_COMMANDS:
            subprocess.run([*enter, *command.split(" ")], check=True)
        return subprocess.run([*enter, sys.executable, *sys.argv, "--here"], check=False).returncode
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


class Contest:
    """All servers on one workload."""

    def __init__(self, options: argparse.Namespace, workload: Workload, world: World, folder: Path) -> None:
        self.options = options
        self.workload = workload
        self.kinds = XDP_PEERS if options.xdp else PEERS
        # With more threads than one, the generator shares the cores: we count on two only.
        cores = options.cores.split(",")
        alone = options.threads == 1 and len(cores) > 1
        self.generator_core = cores[-1] if alone else "-1"
        self.setting = Setting(workload, world, options.threads, cores[0] if alone else options.cores, options.build, folder, options.before)
        self.figures: dict[str, Figures] = {}
        self._running: list[Peer] = []

    def run(self) -> dict[str, Figures]:
        wanted = self.options.only or [kind.name for kind in self.kinds if not issubclass(kind, Before)]
        wanted += [Before.name] * bool(self.options.before)
        with ExitStack() as stack:
            for kind in self.kinds:
                if kind.name in wanted:
                    self._start(kind, stack)
            for peer in self._running:
                self._measure(peer, seconds=LEAD_IN * self.options.seconds)
            for _ in range(self.options.rounds):
                self._round(rate_of=lambda peer: 0)
            if self.options.latency:
                for _ in range(self.options.rounds):
                    self._round(rate_of=lambda peer: SHARE_OF_CAPACITY * self.figures[peer.name].queries_per_second)
            for peer in self._running:
                self.figures[peer.name].take_memory(peer)
        return self.figures

    def _start(self, kind: type[Peer], stack: ExitStack) -> None:
        """One that cannot take part is told in a line."""
        reason = kind.why_not(self.setting)
        if not reason:
            try:
                peer = stack.enter_context(kind(self.setting))
                self._make_questions(peer)
            except PeerError as error:
                reason = str(error)
        if reason:
            print(f"  {kind.name} is left out: {reason}", flush=True)
            return
        self._running.append(peer)
        self.figures[peer.name] = Figures()

    def _make_questions(self, peer: Peer) -> None:
        first = next(iter(self.workload.questions(self.setting.world)))
        peer.wait_until_ready(first.message, first.rcode)
        options = [self._cookie_of(peer)] if self.workload.needs == "cookie" else []
        line_of = kxdpgun.line_of if self.options.generator == "kxdpgun" else Question.line
        write_questions(peer.folder / "questions", self.workload, self.setting.world, *options, line_of=line_of)

    @staticmethod
    def _cookie_of(peer: Peer) -> bytes:
        """A whole cookie (RFC 7873) as the server makes it, as an option."""
        if peer.name == "echo":
            return option(COOKIE, bytes(24))
        cookie = option_in(peer.ask(query(f"{host(0)}.{ZONE}", option(COOKIE, bytes(8)))), COOKIE)
        if len(cookie) < 16:
            raise PeerError("makes no cookies")
        return option(COOKIE, cookie)

    def _round(self, rate_of) -> None:
        for peer in random.sample(self._running, len(self._running)):
            rate = rate_of(peer)
            figures = self.figures[peer.name]
            (figures.paced if rate else figures.rounds).append(self._measure(peer, self.options.seconds, rate))

    def _measure(self, peer: Peer, seconds: float, rate: float = 0) -> dict:
        if self.options.generator == "kxdpgun":
            return kxdpgun.measure(peer, peer.folder / "questions", seconds, rate or self.options.rate, self.generator_core)
        window = PACED_WINDOW if rate else self.workload.window
        command = [
            *peer.enter_generator, str(self.options.build / "tests/bench/dns_load"), f"{peer.host}:{peer.port}", str(peer.folder / "questions"),
            "--mode", self.workload.mode, "--seconds", str(seconds), "--warm-up", str(WARM_UP * seconds),
            "--window", str(window), "--rate", str(rate),
            "--core", self.generator_core, "--sockets", "1" if self.options.threads == 1 else "16",
            "--first", str(random.randrange(1_000_000)),
            *(word for process in peer.timed_processes() for word in ("--process", str(process))),
            *["--echoed"] * (peer.name == "echo"),
        ]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def world_of(options: argparse.Namespace, workload: Workload) -> World:
    """With the large database where places are asked for; made the first time."""
    if not workload.places:
        return World(None)
    folder = options.output / "geo"
    if not (folder / "geo.mmdb").exists():
        print("making a database of places", flush=True)
        subprocess.run([str(options.build / "tests/bench/make_geo"), str(folder)], check=True)
    return World(folder)


def run_all(options: argparse.Namespace) -> int:
    measured: dict[str, dict[str, Figures]] = {}
    started, load = datetime.now().astimezone(), os.getloadavg()[0]
    if load > QUIET_LOAD:
        print(f"the machine is busy (load average {load:.1f}): these figures are preliminary")
    for name in options.workloads or (("static",) if options.xdp else WORKLOADS):
        workload = WORKLOADS[name]
        if workload.mode != "udp" and options.threads > 1:
            continue
        print(f"\n{name}: {workload.what}", flush=True)
        with tempfile.TemporaryDirectory(prefix="loadstar-bench-") as folder:
            measured[name] = Contest(options, workload, world_of(options, workload), Path(folder)).run()
        print(report.table(measured[name]), flush=True)
    about = {"started": started.isoformat(timespec="seconds"), "kernel": platform.release(), "cores": os.cpu_count(),
             "load_average": load, "rounds": options.rounds, "seconds": options.seconds, "threads": options.threads}
    report.write(options.output, about, measured)
    return int(any(figures.wrong for of_workload in measured.values() for figures in of_workload.values()))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=", ".join(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement")
    parser.add_argument("--threads", type=int, default=1, help="of each server, over UDP")
    parser.add_argument("--latency", action="store_true", help=f"also at {SHARE_OF_CAPACITY:.0%} of each server's capacity")
    parser.add_argument("--xdp", action="store_true", help="servers with XDP at the other end of a cable")
    parser.add_argument("--generator", choices=("dns_load", "kxdpgun"), help="the second with --xdp only, for which it is the usual one")
    parser.add_argument("--rate", type=float, default=300_000, help="queries/s of kxdpgun, which does not wait for answers")
    parser.add_argument("--only", type=lambda text: text.split(","), help="servers, with commas: " + ",".join(p.name for p in PEERS))
    parser.add_argument("--before", type=Path, help="another build of our program, to compare with")
    parser.add_argument("--cores", default=",".join(map(str, sorted(os.sched_getaffinity(0))[:2])), help="the server's and the generator's")
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    parser.add_argument("--here", action="store_true", help="in the network that we are in")
    options = parser.parse_intermixed_args()
    if unknown := set(options.workloads) - set(WORKLOADS):
        parser.error(f"there is no workload {unknown.pop()}; there are: {', '.join(WORKLOADS)}")
    options.generator = options.generator or ("kxdpgun" if options.xdp else "dns_load")
    if options.generator == "kxdpgun" and not options.xdp:
        parser.error("kxdpgun needs --xdp")
    options.build, options.output = options.build.resolve(), options.output.resolve()
    options.before = options.before and options.before.resolve()
    return options


def main() -> int:
    options = read_options()
    if options.here or options.xdp:  # each server has namespaces of its own
        return run_all(options)
    if os.geteuid() != 0:
        raise SystemExit("bench: a network namespace takes root; --here does without one, and without geo-resolver")
    return in_namespace()


if __name__ == "__main__":
    sys.exit(main())
