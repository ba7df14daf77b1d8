"""NSD and Knot over the same master files, started as who runs the test, on free ports of loopback."""
from __future__ import annotations

import getpass
import select
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

import wire
from server import PATIENCE

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))
from lab import free_port  # noqa: E402

PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


class Client:
    """One server, asked many questions at once. Their IDs differ."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.settimeout(PATIENCE)
        self._udp.connect(address)
        self._tcp: socket.socket | None = None
        self._stream: BinaryIO | None = None

    def send(self, queries: list[tuple[bytes, str]]) -> None:
        for query, transport in queries:
            if transport == "udp":
                self._udp.send(query)
            else:
                self._connected().sendall(wire.u16(len(query)) + query)

    def receive(self, queries: list[tuple[bytes, str]]) -> list[wire.Reply]:
        """In the order of the queries."""
        found: dict[bytes, bytes] = {}
        for _, transport in queries:
            reply = self._udp.recv(65535) if transport == "udp" else self._from_stream()
            found[reply[:2]] = reply
        self.hang_up()
        return [wire.read_reply(found[query[:2]]) for query, _ in queries]

    def _connected(self) -> socket.socket:
        if not self._tcp:
            self._tcp = socket.create_connection(self.address, PATIENCE)
            self._stream = self._tcp.makefile("rb")
        return self._tcp

    def _from_stream(self) -> bytes:
        return self._stream.read(int.from_bytes(self._stream.read(2), "big"))

    def hang_up(self) -> None:
        if self._tcp:
            self._stream.close()
            self._tcp.close()
        self._tcp = self._stream = None

    def close(self) -> None:
        self.hang_up()
        self._udp.close()


class Peer:
    """A daemon in the foreground; use as a context manager."""

    name = program = ""

    def __init__(self, folder: Path, zones: list[Path]) -> None:
        self.folder = folder / self.name
        self.folder.mkdir()
        self.zones = zones
        self.address = ("127.0.0.1", free_port())

    @classmethod
    def path(cls) -> str | None:
        return shutil.which(cls.program, path=PATH)

    def configuration(self) -> str:
        raise NotImplementedError

    def command(self, config: Path) -> list[str]:
        raise NotImplementedError

    def __enter__(self) -> Client:
        config = self.folder / "conf"
        config.write_text(self.configuration())
        self._log = (self.folder / "output").open("w")
        self._process = subprocess.Popen(self.command(config), stdout=self._log, stderr=self._log, start_new_session=True)
        self._client = Client(self.address)
        try:
            for zone in self.zones:
                self._wait_until_loaded(zone.stem)
        except BaseException:
            self.__exit__()
            raise
        return self._client

    def __exit__(self, *_) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._log.close()

    def _wait_until_loaded(self, origin: str) -> None:
        query = [(wire.query(f"{origin.rstrip('.')}. SOA").data, "tcp")]
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._client.send(query)
                if self._client.receive(query)[0].answer:
                    return
            except OSError:
                self._client.hang_up()
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.name} does not serve {origin}:\n{(self.folder / 'output').read_text()}")
            select.select([], [], [], 0.05)


class Nsd(Peer):
    name, program = "nsd", "nsd"

    def configuration(self) -> str:
        zones = "".join(f'zone:\n  name: "{zone.stem}"\n  zonefile: "{zone}"\n' for zone in self.zones)
        return f"""
server:
  ip-address: 127.0.0.1@{self.address[1]}
  username: "{getpass.getuser()}"
  chroot: ""
  zonesdir: ""
  database: ""
  pidfile: "{self.folder}/pid"
  xfrdfile: "{self.folder}/xfrd"
  zonelistfile: "{self.folder}/list"
  xfrdir: "{self.folder}"
  server-count: 1
  rrl-ratelimit: 0
  minimal-responses: yes
remote-control:
  control-enable: no
{zones}"""

    def command(self, config: Path) -> list[str]:
        return [self.path(), "-d", "-c", str(config)]


class Knot(Peer):
    name, program = "knot", "knotd"

    def configuration(self) -> str:
        zones = "".join(f'  - domain: "{zone.stem}."\n    file: "{zone}"\n' for zone in self.zones)
        return f"""
server:
  rundir: "{self.folder}"
  listen: 127.0.0.1@{self.address[1]}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "{self.folder}"
log:
  - target: stderr
    any: warning
template:
  - id: default
    storage: "{self.folder}"
    zonefile-sync: -1
    journal-content: none
zone:
{zones}"""

    def command(self, config: Path) -> list[str]:
        return [self.path(), "-c", str(config)]


PEERS = (Nsd, Knot)
