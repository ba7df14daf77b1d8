"""Machines on one network: namespaces around a bridge, made by the test and gone with it, and what runs on them."""
from __future__ import annotations

import contextlib
import http.server
import os
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

from harness import PATIENCE, Server, eventually
from namespaces import Namespace, ip

NETWORK = "10.77.0"


class Machine(Namespace):
    """A namespace with an address on the network."""

    def __init__(self, role: str, number: int) -> None:
        super().__init__(role)
        self.role = role
        self.address = f"{NETWORK}.{number}"

    def cut_off(self, *others: Machine) -> None:
        """From here the others cannot be reached any more; nothing comes back from here, either."""
        for other in others:
            self.ip("route", "add", "unreachable", other.address)

    def join(self, *others: Machine) -> None:
        for other in others:
            self.ip("route", "delete", "unreachable", other.address)


class Network:
    """Machines by name; use as a context manager."""

    def __init__(self, *roles: str) -> None:
        self._switch = Namespace("switch")
        self.machines = {role: Machine(role, number) for number, role in enumerate(roles, 1)}
        self._stack = contextlib.ExitStack()

    def __getitem__(self, role: str) -> Machine:
        return self.machines[role]

    def __enter__(self) -> Network:
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._switch)
            self._switch.ip("link", "add", "bridge", "type", "bridge")
            self._switch.ip("link", "set", "bridge", "up")
            for number, machine in enumerate(self.machines.values()):
                stack.enter_context(machine)
                self._connect(machine, f"port{number}")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()

    def _connect(self, machine: Machine, port: str) -> None:
        ip("link", "add", "eth0", "netns", machine.name, "type", "veth", "peer", "name", port, "netns", self._switch.name)
        self._switch.ip("link", "set", port, "master", "bridge", "up")
        machine.ip("address", "add", f"{machine.address}/24", "dev", "eth0")
        machine.ip("link", "set", "eth0", "up")


class Authority:
    """Certificates for machines, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", "/CN=authority", "-keyout", str(folder / "ca.key"), "-out", str(self.file))

    def certificate(self, name: str, address: str, days: int = 30) -> tuple[Path, Path]:
        """Certificate and key for a name at an address; over already with negative days."""
        stem = name if days > 0 else f"{name}-over"
        certificate, key, request = (self.folder / f"{stem}.{end}" for end in ("pem", "key", "csr"))
        extensions = self.folder / f"{stem}.ext"
        extensions.write_text(f"subjectAltName=DNS:{name},IP:{address}\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                      "-keyout", str(key), "-out", str(request))
        self._openssl("x509", "-req", "-in", str(request), "-CA", str(self.file), "-CAkey", str(self.folder / "ca.key"),
                      "-CAcreateserial", "-days", str(days), "-extfile", str(extensions), "-out", str(certificate))
        for file in (certificate, key):
            file.chmod(0o644)
        return certificate, key

    @staticmethod
    def _openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=PATIENCE)


class Web:
    """An HTTP server on a machine, which can be stopped and started again, and be other than it should; use as a context manager.

    `mode` is "good", "silent" (it reads the request and says nothing), "slow" (it answers after two seconds) or "endless" (a body without
    an end and without what is looked for in it). `tls` is certificate and key.
    """

    def __init__(self, machine: Machine, port: int = 80) -> None:
        self.machine, self.port = machine, port
        self.mode = "good"
        self.tls: tuple[Path, Path] | None = None
        self._server: http.server.ThreadingHTTPServer | None = None

    def __enter__(self) -> Web:
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self) -> None:
        with self.machine.inside():
            self._server = _WebServer((self.machine.address, self.port), _Handler)
        self._server.web = self
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}).start()

    def stop(self) -> None:
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server = None


class _WebServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    web: Web

    def handle_error(self, *_) -> None:
        """Who is let down hangs up."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        mode = self.server.web.mode
        if mode in ("silent", "slow"):
            time.sleep(2)
        if mode == "silent":
            return
        self.send_response(200)
        if mode == "endless":
            self.end_headers()
            while True:
                self.wfile.write(b"wait " * 100)
                time.sleep(0.01)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"ready")

    def log_message(self, *_) -> None:
        pass


class Vantage(Server):
    """`loadstar probe` on a machine."""

    def __init__(self, machine: Machine, config: Path) -> None:
        super().__init__("--config", str(config), under=machine.enter, command="probe")


class Redis:
    """A Redis, or its sentinel, on a machine; use as a context manager."""

    def __init__(self, machine: Machine, folder: Path, *settings: str, sentinel: bool = False, port: int = 6379) -> None:
        self.machine, self.port = machine, port
        folder.mkdir(exist_ok=True)
        config = folder / f"{machine.role}-{port}.conf"
        config.write_text("\n".join((f"port {port}", "bind 0.0.0.0", "protected-mode no", f"dir {folder}", *settings)) + "\n")
        self._command = [*machine.enter, "redis-server", str(config), *(["--sentinel"] if sentinel else [])]
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> Redis:
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.kill()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        eventually(self._answers, "a redis that answers")

    def _answers(self) -> bool:
        try:
            with self.machine.inside(), socket.create_connection((self.machine.address, self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(100).startswith(b"+PONG")
        except OSError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None


def may_make_machines() -> bool:
    return os.geteuid() == 0
