"""Runs the real program for the tests of this folder: on free ports, with deadlines instead of sleeps, ending only what it started."""
from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

PROGRAM = os.environ.get("LOADSTAR", "loadstar")
PATIENCE = 30.0  # seconds, for what takes milliseconds on an idle machine
LISTENING = re.compile(r"listening on (\S+) \(([\w ]+)\)")

ZONE = {
    "zone": "example.com",
    "records": {
        "@": {"NS": "ns1"},
        "ns1": {"A": "192.0.2.53"},
        "www": {"A": "192.0.2.1"},
    },
}


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    """The program to its end."""
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False, **options)


def dig(server: str, name: str, *arguments: str) -> str:
    """What dig prints; `server` is ADDR:PORT as the log has it."""
    address, port = server.rsplit(":", 1)
    command = ["dig", f"@{address.strip('[]')}", "-p", port, "+norecurse", "+time=5", "+tries=2", name, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False).stdout


def eventually(condition, what: str) -> None:
    """Waits until the condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"it never happened: {what}")
        time.sleep(0.02)


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class Server:
    """`loadstar dns`, its log and its addresses; use as a context manager."""

    def __init__(self, *arguments: str, environment: dict[str, str] | None = None, under: tuple[str, ...] = (),
                 program: str | Path = PROGRAM, command: str = "dns") -> None:
        """`under` is what the program is started by, such as prlimit."""
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self.process = subprocess.Popen([*under, program, command, *arguments], stderr=subprocess.PIPE, text=True,
                                        env=os.environ | (environment or {}))
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Server:
        try:
            self.wait_for("ready$")
        except AssertionError:
            self.stop()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def _read(self) -> None:
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()

    def wait_for(self, pattern: str, after: int = 0) -> int:
        """Waits for a line of the log from number `after` on; returns the number of the line behind it."""
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while True:
                for number, line in enumerate(self.lines[after:], after + 1):
                    if re.search(pattern, line):
                        return number
                left = deadline - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and not self._reader.is_alive()):
                    raise AssertionError(f"the log never said {pattern!r}:\n" + "\n".join(self.lines))
                self._changed.wait(min(left, 0.5))

    def listening(self, protocol: str = "udp") -> list[str]:
        found = [LISTENING.search(line) for line in self.lines]
        return [match[1] for match in found if match and match[2] == protocol]

    @property
    def address(self) -> str:
        return self.listening()[0]

    def ask(self, name: str, *arguments: str) -> str:
        return dig(self.address, name, *arguments)

    def short(self, name: str, *arguments: str) -> list[str]:
        return self.ask(name, "+short", *arguments).split()

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not end on SIGTERM") from None
        self._reader.join()
        self.process.stderr.close()
        return code

    def api(self, path: str, method: str = "GET") -> tuple[int, str]:
        """Asks the control API; returns status and body."""
        request = urllib.request.Request(f"http://{self.listening('control')[0]}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def status(self) -> dict:
        return json.loads(self.api("/v1/status")[1])


class FolderTest(unittest.TestCase):
    """A test with a folder of zones, readable by whoever the server becomes."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="loadstar-"))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder)
        self.zones = self.folder / "zones"
        self.zones.mkdir()
        self.write("example.json", ZONE)

    def write(self, name: str, zone: dict | str) -> Path:
        file = self.zones / name
        file.write_text(zone if isinstance(zone, str) else json.dumps(zone, indent=2))
        return file

    def zone_with(self, address: str) -> dict:
        return ZONE | {"records": ZONE["records"] | {"www": {"A": address}}}

    def serve(self, *arguments: str, listen: str = "127.0.0.1:0", workers: int = 2, **options) -> Server:
        return Server("--listen", listen, "--zones", str(self.zones), "--workers", str(workers), *arguments, **options)


def main() -> None:
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
