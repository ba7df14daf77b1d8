from pathlib import Path

from .peer import Peer, Setting


class Echo(Peer):
    """Sends back what it gets: what the sockets cost without any DNS."""

    name, program = "echo", "echo"
    can = frozenset({"static", "geo", "weighted", "sticky", "cookie"})

    @classmethod
    def path(cls, setting: Setting) -> str:
        return str(Path(setting.build) / "tests/bench/echo")

    def command(self) -> list[str]:
        return [self.path(self.setting), self.host, str(self.port), str(self.setting.threads)]

    @staticmethod
    def is_ready(answer: bytes, rcode: int) -> bool:
        return True
