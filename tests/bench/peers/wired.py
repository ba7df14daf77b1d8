"""Servers at the other end of a cable, most of them with XDP. Each has two namespaces of its own, one for the generator, so that
programs of XDP do not meet.

On veth what a frame costs on its way up to the socket is paid on the core of whoever has sent it: the generator's core pays for the
server's XDP program and for the copy into the server's memory, the server's core for the same on the way back. Both are the same
for all servers. What the server's core does in its kernel thread for that (ksoftirqd) is counted as the server's.
"""
from __future__ import annotations

import sys
from pathlib import Path

from .echo import Echo
from .knot import Knot
from .loadstar import Before, Loadstar
from .peer import Peer, Setting

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "integration"))
from namespaces import LINK, SERVER4, Cable  # noqa: E402

DNS_PORT = 53


def kernel_thread(core: str) -> int:
    """Where a core does what interrupts have left."""
    name = f"ksoftirqd/{core}"
    return next(int(file.parent.name) for file in Path("/proc").glob("[0-9]*/comm") if file.read_text().strip() == name)


class Wired(Peer):
    host = SERVER4

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.port = DNS_PORT
        self.cable = Cable()

    def __enter__(self) -> Wired:
        self.cable.__enter__()
        try:
            self.cable.complete_checksums()  # as those that come over a real network
            super().__enter__()
        except BaseException:
            self.cable.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        super().__exit__()
        self.cable.__exit__()

    @property
    def enter(self) -> tuple[str, ...]:
        return self.cable.server.enter

    @property
    def enter_generator(self) -> tuple[str, ...]:
        return self.cable.client.enter

    def ask(self, message: bytes, seconds: float = 1) -> bytes:
        with self.cable.client.inside():
            return super().ask(message, seconds)

    def timed_processes(self) -> list[int]:
        return [*self.processes(), *map(kernel_thread, self.setting.cores.split(","))]


class XdpEcho(Wired, Echo):
    """The rings and the XDP program that ours has, and nothing in between."""

    @classmethod
    def path(cls, setting: Setting) -> str:
        return str(Path(setting.build) / "tests/bench/xdp_echo")

    def command(self) -> list[str]:
        return [self.path(self.setting), LINK, self.host, str(self.port)]


class XdpLoadstar(Wired, Loadstar):
    def command(self) -> list[str]:
        return [*super().command(), "--xdp", LINK]


class XdpBefore(Wired, Before):
    def command(self) -> list[str]:
        return [*super().command(), "--xdp", LINK]


class Sockets(Wired, Loadstar):
    """Ours without XDP."""

    name = "sockets"


class XdpKnot(Wired, Knot):
    def _configuration(self, workload) -> str:
        return f"xdp:\n  listen: {LINK}@{self.port}\n" + super()._configuration(workload)
