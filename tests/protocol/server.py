"""`loadstar dns` over the zones of this folder, and clients that see whether a query was answered at all."""
from __future__ import annotations

import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import wire

PATIENCE = 30.0  # seconds, for what takes milliseconds
MARKER = wire.query("marker NULL", ident=0xfffe).data


class Server:
    """Use as a context manager. `write_zones` puts zones into a folder of their own."""

    def __init__(self, program: Path, write_zones, *listen: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="loadstar-protocol-"))
        self.zones = self.folder / "zones"
        self.zones.mkdir()
        write_zones(self.zones)
        user = ["--user", "root"] if os.geteuid() == 0 else []
        where = [word for address in listen or ("127.0.0.1:0",) for word in ("--listen", address)]
        command = [str(program), "dns", *where, "--zones", str(self.zones), "--workers", "1", *user]
        self._log = (self.folder / "log").open("w+")
        self._process = subprocess.Popen(command, stderr=self._log)

    def __enter__(self) -> Server:
        while not re.search(r"ready$", self.log, re.MULTILINE):
            if self._process.poll() is not None:
                raise SystemExit(f"the server did not start:\n{self.log}")
            select.select([], [], [], 0.02)
        address, port = re.search(r"listening on (\S+):(\d+) \(udp\)", self.log).groups()
        self.address = (address, int(port))
        return self

    def __exit__(self, *_) -> None:
        self._process.terminate()
        code = self._process.wait(PATIENCE)
        self._log.close()
        shutil.rmtree(self.folder)
        if code != 0:
            raise SystemExit(f"the server ended with {code}")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()


def is_marker(reply: bytes) -> bool:
    return reply[:2] == MARKER[:2] and len(reply) > 12


class UdpClient:
    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(address)

    def __enter__(self) -> UdpClient:
        return self

    def __exit__(self, *_) -> None:
        self._socket.close()

    def ask(self, query: bytes) -> list[bytes]:
        """All replies to the query."""
        self._socket.send(query)
        self._socket.send(MARKER)
        replies = []
        while not is_marker(reply := self._socket.recv(65535)):
            replies.append(reply)
        return replies


class TcpClient:
    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, PATIENCE)
        self._stream = self._socket.makefile("rb")

    def __enter__(self) -> TcpClient:
        return self

    def __exit__(self, *_) -> None:
        self._stream.close()
        self._socket.close()

    def ask(self, query: bytes) -> list[bytes]:
        """All replies to the query; the server may also close, which is no reply."""
        replies = []
        try:
            self._socket.sendall(wire.u16(len(query)) + query + wire.u16(len(MARKER)) + MARKER)
            while not is_marker(reply := self._read()):
                replies.append(reply)
        except ConnectionError:
            pass
        return replies

    def _read(self) -> bytes:
        size = self._stream.read(2)
        if len(size) < 2:
            raise ConnectionError
        return self._stream.read(int.from_bytes(size, "big"))
