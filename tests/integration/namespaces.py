"""Two machines with a cable between them: network namespaces and a veth pair, made by the test and gone with it."""
from __future__ import annotations

import array
import contextlib
import ctypes
import fcntl
import itertools
import os
import socket
import struct
import subprocess
from pathlib import Path

from harness import PATIENCE

SERVER4, CLIENT4 = "10.53.0.1", "10.53.0.2"
SERVER6, CLIENT6 = "fd53::1", "fd53::2"
SERVER_MAC, CLIENT_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
LINK = "cable"  # what both call their end
CLONE_NEWNET = 0x40000000
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17

_numbers = itertools.count()
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=PATIENCE).stdout


class Namespace:
    """Use as a context manager."""

    def __init__(self, role: str) -> None:
        self.name = f"loadstar-{os.getpid()}-{next(_numbers)}-{role}"

    def __enter__(self) -> Namespace:
        ip("netns", "add", self.name)
        self.ip("link", "set", "lo", "up")
        return self

    def __exit__(self, *_) -> None:
        ip("netns", "delete", self.name)

    @property
    def enter(self) -> tuple[str, ...]:
        """What a program is started by to be in there."""
        return "ip", "netns", "exec", self.name

    def ip(self, *arguments: str) -> str:
        return ip("-netns", self.name, *arguments)

    def run(self, *command: str) -> str:
        return subprocess.run([*self.enter, *command], check=False, capture_output=True, text=True, timeout=PATIENCE).stdout

    def set(self, key: str, value: int) -> None:
        """A setting of sysctl(8), with slashes."""
        with self.inside():
            Path(f"/proc/sys/{key}").write_text(str(value))

    @contextlib.contextmanager
    def inside(self):
        """Sockets that this thread opens meanwhile are in there, and stay so."""
        with open("/proc/thread-self/ns/net") as ours, open(f"/run/netns/{self.name}") as theirs:
            self._switch(theirs)
            try:
                yield
            finally:
                self._switch(ours)

    @staticmethod
    def _switch(namespace) -> None:
        if _libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


class Cable:
    """A server's and a client's namespace; use as a context manager."""

    def __init__(self, queues: int = 1) -> None:
        self.queues = queues
        self.server, self.client = Namespace("server"), Namespace("client")
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Cable:
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.server)
            stack.enter_context(self.client)
            self._connect()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()

    def _connect(self) -> None:
        queues = ["numrxqueues", str(self.queues), "numtxqueues", str(self.queues)]
        ip("link", "add", LINK, "netns", self.server.name, "address", SERVER_MAC, *queues, "type", "veth",
           "peer", "name", LINK, "netns", self.client.name, "address", CLIENT_MAC, *queues)
        for namespace, mine4, mine6 in ((self.server, SERVER4, SERVER6), (self.client, CLIENT4, CLIENT6)):
            namespace.ip("address", "add", f"{mine4}/24", "dev", LINK)
            namespace.ip("address", "add", f"{mine6}/64", "dev", LINK, "nodad")
            namespace.ip("link", "set", LINK, "up")
        # The server's routes are looked up for its XDP program, and both know each other's hardware address, so that the
        # first query already finds the way back.
        self.forward_loopback(1)
        for address in (CLIENT4, CLIENT6):
            self.server.ip("neighbor", "replace", address, "lladdr", CLIENT_MAC, "dev", LINK)
        for address in (SERVER4, SERVER6):
            self.client.ip("neighbor", "replace", address, "lladdr", SERVER_MAC, "dev", LINK)

    def complete_checksums(self) -> None:
        """Else the client leaves them to the cable, which is none, so that they arrive as they were begun."""
        value = array.array("I", [ETHTOOL_STXCSUM, 0])
        with self.client.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            fcntl.ioctl(control, SIOCETHTOOL, struct.pack("16sP", LINK.encode(), value.buffer_info()[0]))

    def forward_loopback(self, value: int, versions: tuple[str, ...] = ("ipv4", "ipv6")) -> None:
        for version in versions:
            self.server.set(f"net/{version}/conf/lo/forwarding", value)
