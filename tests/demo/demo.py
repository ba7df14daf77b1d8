#!/usr/bin/env python3
"""The demonstration behind ./dev demo: three regions and a server on this machine, shown choosing with dig.

Every step that is shown is also checked; the exit code is 1 when something did not happen.
"""
import argparse
import collections
import contextlib
import math
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))
from lab import ROOT, Lab, LabError, Region, free_port  # noqa: E402

FIRST_PORT = 5300
WWW = "www"
WEIGHTED = "weighted"
QUERIES = 1000
SIGMAS = 5  # a true 3 to 1 is called wrong once in two million runs
CLIENTS = {"icn": "203.0.113.0/24", "fra": "198.51.100.0/24", "iad": "192.0.2.0/24"}
EUROPEAN = CLIENTS["fra"]
NEXT_NEAREST = "iad"


def heading(text: str) -> None:
    print(f"\n\033[1m==> {text}\033[0m" if sys.stdout.isatty() else f"\n==> {text}", flush=True)


def say(text: str) -> None:
    print(text, flush=True)


class Demo:
    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.zone = lab.zone
        self.www = f"{WWW}.{self.zone.origin}"
        self.failures: list[str] = []

    def check(self, holds: bool, claim: str) -> None:
        say(f"{'ok' if holds else 'FAILED'}: {claim}")
        if not holds:
            self.failures.append(claim)

    def title(self, key: str) -> str:
        return self.zone.regions[key].title

    def show(self, *arguments: str) -> str:
        """Runs dig before the user's eyes."""
        command = self.lab.dig_command(*arguments)
        say("$ " + shlex.join(command))
        output = self.lab.dig(*arguments)
        say("\n".join(line for line in output.splitlines() if line and not line.startswith("; <<>>")))
        return output

    def start_regions(self) -> None:
        heading("Three regions, each with web servers of its own")
        self.lab.start_backends()
        for region in self.zone.regions.values():
            say(f"{region.title:10} " + "  ".join(f"http://{a}:{region.port}/" for a in region.addresses))

    def start_server(self) -> None:
        heading(f"A server for {self.zone.origin} on 127.0.0.1:{self.lab.port}")
        started = time.monotonic()
        say("$ " + shlex.join(shorten(word) for word in self.lab.server_command))
        self.lab.start_server()
        say(f"it answers after {time.monotonic() - started:.1f} s; every web server was probed once before that")

    def show_nearest(self) -> None:
        for key, subnet in CLIENTS.items():
            region = self.zone.regions[key]
            heading(f"A client near {region.title} ({subnet})")
            output = self.show("+noall", "+comments", "+answer", f"+subnet={subnet}", self.www, "A")
            addresses = re.findall(r"\bIN\s+A\s+(\S+)", output)
            self.check(bool(addresses) and set(addresses) <= set(region.addresses), f"gets {region.title}")
            self.check(f"CLIENT-SUBNET: {subnet}/24" in output, "and the answer holds for that /24")
            if addresses:
                self.greet(region, addresses[0])

    def greet(self, region: Region, address: str) -> None:
        url = f"http://{address}:{region.port}/"
        with urllib.request.urlopen(url, timeout=5) as answer:
            say(f"    {url} says: {answer.read().decode().strip()}")

    def show_spread(self) -> None:
        name = f"{WEIGHTED}.{self.zone.origin}"
        weights = self.zone.weights_of(WEIGHTED)
        heading(f"{QUERIES:,} queries for {name}, whose endpoints have the weights "
                + " and ".join(str(weight) for weight in weights.values()))
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as batch:
            batch.write(f"{name} A +short +norecurse\n" * QUERIES)
            batch.flush()
            command = ["dig", "@127.0.0.1", "-p", str(self.lab.port), "-f", batch.name]
            say("$ " + shlex.join(command))
            output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        self.check_spread(collections.Counter(output.split()), weights)

    def check_spread(self, counts: collections.Counter, weights: dict[str, int]) -> None:
        for address, weight in weights.items():
            share = weight / sum(weights.values())
            tolerance = SIGMAS * math.sqrt(QUERIES * share * (1 - share))
            expected = QUERIES * share
            self.check(abs(counts[address] - expected) <= tolerance,
                       f"{address} was given {counts[address]} times, {expected:.0f} ± {tolerance:.0f} expected")
        self.check(sum(counts[address] for address in weights) == QUERIES, "every query got one of them")

    def region_now(self) -> str:
        """The key of the region that the European client is sent to, "" when it gets no answer."""
        addresses = self.lab.addresses(self.www, f"+subnet={EUROPEAN}")
        keys = {key for key, region in self.zone.regions.items() if set(addresses) & set(region.addresses)}
        return keys.pop() if len(keys) == 1 else ""

    def wait_for(self, key: str, seconds: float) -> None:
        started = time.monotonic()
        while self.region_now() != key and time.monotonic() - started < seconds:
            time.sleep(0.1)
        waited = time.monotonic() - started
        self.show("+noall", "+answer", f"+subnet={EUROPEAN}", self.www, "A")
        self.check(self.region_now() == key,
                   f"after {waited:.1f} s the client near Frankfurt gets {self.title(key)} (at most {seconds:.0f} s)")

    def show_outage(self) -> None:
        region = self.zone.regions["fra"]
        monitor = self.zone.monitor_of("fra")
        heading(f"The web servers of {region.title} stop; the monitor needs {monitor.fall} failures in a row, "
                f"one every {monitor.interval:g} s")
        self.lab.stop_backend(region)
        self.wait_for(NEXT_NEAREST, monitor.seconds(monitor.fall))
        heading(f"They come back; {monitor.rise} successes in a row, and nobody has to do anything")
        self.lab.start_backend(region)
        self.wait_for("fra", monitor.seconds(monitor.rise))

    def invite(self) -> None:
        heading("It stays up until Ctrl-C. In another terminal:")
        dig = f"dig @127.0.0.1 -p {self.lab.port}"
        for line in (f"{dig} {self.www} +subnet=198.51.100.0/24",
                     f"{dig} {self.zone.origin} SOA",
                     f"{shorten(str(self.lab.program))} explain {self.www} --client 198.51.100.7 --zones zones --geoip geoip"):
            say(f"    {line}")
        say(f"Or save another zones/demo.json, and see {self.lab.log}.")
        signal.pause()

    def run(self) -> None:
        self.start_regions()
        self.start_server()
        self.show_nearest()
        self.show_spread()
        self.show_outage()


def shorten(word: str) -> str:
    return word.replace(f"{ROOT}/", "")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev demo", description="Shows the server choosing between three regions.")
    parser.add_argument("--once", action="store_true", help="end when everything was shown")
    parser.add_argument("--port", type=int, help=f"where to listen on 127.0.0.1 (the next free one from {FIRST_PORT})")
    parser.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # not so when started in the background
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    with Lab(arguments.program, port=arguments.port or free_port(FIRST_PORT)) as lab:
        demo = Demo(lab)
        demo.run()
        if not arguments.once:
            with contextlib.suppress(KeyboardInterrupt):
                demo.invite()
        heading("Everything is stopped again")
    for claim in demo.failures:
        say(f"did not happen: {claim}")
    return 1 if demo.failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LabError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
