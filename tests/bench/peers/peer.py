"""A server under measurement: its configuration, its processes, and what they take."""
from __future__ import annotations

import random
import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from workloads import NAMES, TTL, ZONE, Workload, World, address, host

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))
from lab import free_port  # noqa: E402

PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
START_SECONDS = 60
STOP_SECONDS = 20
HOST = "127.0.0.1"

MASTER_FILE_HEAD = f"""$ORIGIN {ZONE}.
$TTL {TTL}
@ SOA ns1 hostmaster 1 3600 600 604800 60
@ NS ns1
ns1 A 192.0.2.53
"""


def master_file(*more: str) -> str:
    """The static part of the zone as RFC 1035 has it."""
    hosts = "".join(f"{host(i)} A {address(i)}\n" for i in range(NAMES))
    return MASTER_FILE_HEAD + hosts + "".join(f"{line}\n" for line in more)


@dataclass
class Setting:
    """What all servers of a run have in common."""

    workload: Workload
    world: World
    threads: int
    cores: str  # for taskset
    build: Path  # folder of our programs
    folder: Path
    before: Path | None = None  # our program as it was


class PeerError(Exception):
    """A server that does not start or answer."""


class Peer:
    """Use as a context manager."""

    name = program = ""
    can: frozenset[str] = frozenset({"static"})  # see Workload.needs
    host = HOST
    enter: tuple[str, ...] = ()  # what it is started by, and what the load generator is
    enter_generator: tuple[str, ...] = ()

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.folder = setting.folder / self.name
        self.port = free_port(random.randrange(20_000, 30_000))
        self._process: subprocess.Popen | None = None

    @classmethod
    def path(cls, setting: Setting) -> str | None:
        return shutil.which(cls.program, path=PATH)

    @classmethod
    def why_not(cls, setting: Setting) -> str:
        """Why it has no part in the workload; empty when it has."""
        if setting.workload.needs not in cls.can:
            return f"cannot do {setting.workload.name}"
        return "" if cls.path(setting) else f"is not installed ({cls.program})"

    def configure(self) -> None:
        """Writes what the server reads into self.folder."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def __enter__(self) -> Peer:
        self.folder.mkdir()
        self.configure()
        with (self.folder / "output").open("w") as output:
            command = ["taskset", "--cpu-list", self.setting.cores, *self.enter, *self.command()]
            self._process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True)
        return self

    def __exit__(self, *_) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, message: bytes, seconds: float = 1) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect((self.host, self.port))
            client.settimeout(seconds)
            client.send(message)
            return client.recv(4096)

    def wait_until_ready(self, message: bytes, rcode: int) -> None:
        """Until the server answers as it should."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if self.is_ready(self.ask(message, 0.5), rcode):
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise PeerError(f"{self.name} does not answer:\n{(self.folder / 'output').read_text(errors='replace')[-2000:]}")

    @staticmethod
    def is_ready(answer: bytes, rcode: int) -> bool:
        return answer[2] & 0x80 != 0 and answer[3] & 15 == rcode

    def processes(self) -> list[int]:
        """The server and all its descendants."""
        parents: dict[int, int] = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
            except OSError:  # it has just ended
                continue
        found = [self._process.pid]
        for process in found:
            found += [child for child, parent in parents.items() if parent == process]
        return found

    def timed_processes(self) -> list[int]:
        """Whose time is the server's."""
        return self.processes()

    def memory_mib(self, kind: str) -> float:
        """Rss or Pss of all processes together."""
        maps = "".join(Path(f"/proc/{process}/smaps_rollup").read_text() for process in self.processes())
        return sum(map(int, re.findall(rf"^{kind}:\s+(\d+) kB", maps, re.MULTILINE))) / 1024
