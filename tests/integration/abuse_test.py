#!/usr/bin/env python3
"""Rate limits under a flood, and cookies that servers share: abuse_test.py (LOADSTAR is the program)."""
import json
import re
import secrets
import socket
import struct
import subprocess

from harness import FolderTest, eventually, main

PER_SECOND = 50
FLOOD_SECONDS = 3


class Client:
    """Asks from an address of its own, once: a lost answer is an error."""

    def __init__(self, address: str, server: str) -> None:
        host, port = server.rsplit(":", 1)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.connect((host, int(port)))
        self._socket.settimeout(10)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self._socket.close()

    def ask_for_www(self, number: int) -> bytes:
        """The address in the answer."""
        name = b"\3www\7example\3com\0"
        self._socket.send(struct.pack("!6H", number, 0, 1, 0, 0, 0) + name + struct.pack("!2H", 1, 1))
        answer = self._socket.recv(512)
        if struct.unpack_from("!4H", answer) != (number, 0x8400, 1, 1):
            raise AssertionError(f"not the answer: {answer.hex()}")
        return answer[-4:]


class RateLimit(FolderTest):
    def test_a_flood_costs_other_clients_nothing(self) -> None:
        config = self.folder / "dns.json"
        config.write_text(json.dumps({"rate_limit": {"per_second": PER_SECOND}}))
        queries = self.folder / "queries"
        queries.write_text("www.example.com A\n")
        with self.serve("--config", str(config), "--control", "127.0.0.1:0") as server:
            port = server.address.rsplit(":", 1)[1]
            flood = subprocess.Popen(["dnsperf", "-s", "127.0.0.1", "-p", port, "-a", "127.0.1.1", "-d", str(queries), "-l",
                                      str(FLOOD_SECONDS), "-t", "1", "-q", "1000"], stdout=subprocess.PIPE, text=True)
            asked = 0
            with flood, Client("127.0.2.1", server.address) as client:
                eventually(lambda: self.ended(server, "dropped_rate_limited") > 0, "the flood is limited")
                # No faster than the limit, which holds for everyone.
                while flood.poll() is None and asked < PER_SECOND:
                    self.assertEqual(client.ask_for_www(asked), bytes([192, 0, 2, 1]))
                    asked += 1
                report = flood.stdout.read()
            answered = self.ended(server, "answered") - asked
            seconds = float(re.search(r"Run time \(s\):\s+([\d.]+)", report)[1])
            self.assertGreater(asked, 0)
            self.assertLessEqual(answered, PER_SECOND * (seconds + 2))
            self.assertGreater(self.ended(server, "rate_limited"), 0)

    def ended(self, server, reason: str) -> int:
        return sum(worker["queries"][reason] for worker in server.status()["workers"])


class Replies(FolderTest):
    def test_one_that_the_system_does_not_take_is_dropped_and_counted(self) -> None:
        """CVE-2021-25218: to port 0, which no system sends to; those before and behind it are answered."""
        try:
            forger = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        except PermissionError:
            self.skipTest("only root can forge a port")
        with forger, self.serve("--control", "127.0.0.1:0", workers=1) as server:
            host, port = server.address.rsplit(":", 1)
            query = struct.pack("!6H", 7, 0, 1, 0, 0, 0) + b"\3www\7example\3com\0" + struct.pack("!2H", 1, 1)
            with Client("127.0.2.1", server.address) as client:
                for number in range(10):
                    forger.sendto(struct.pack("!4H", 0, int(port), 8 + len(query), 0) + query, (host, 0))
                    self.assertEqual(client.ask_for_www(number), bytes([192, 0, 2, 1]))
            eventually(lambda: self.failures(server) == 10, "each is counted")

    def failures(self, server) -> int:
        return sum(worker["udp_send_failures"] for worker in server.status()["workers"])


class Cookies(FolderTest):
    def setUp(self) -> None:
        super().setUp()
        self.secrets = self.folder / "secrets"
        self.config = self.folder / "dns.json"
        self.config.write_text(json.dumps({"cookie_secrets": "secrets"}))

    def write_secrets(self, *lines: str) -> None:
        self.secrets.write_text("".join(f"{line}\n" for line in lines))
        self.secrets.chmod(0o644)

    def cookie(self, server, sent: str) -> str:
        return re.search(r"; COOKIE: ([0-9a-f]+)", server.ask("www.example.com", f"+cookie={sent}"))[1]

    def test_servers_with_one_secret_take_each_others_cookies_while_it_is_exchanged(self) -> None:
        old, new = secrets.token_hex(16), secrets.token_hex(16)
        client = secrets.token_hex(8)
        self.write_secrets(old)
        with self.serve("--config", str(self.config)) as one, self.serve("--config", str(self.config)) as two:
            made = self.cookie(one, client)
            self.assertEqual(self.cookie(two, made), made)
            self.write_secrets(new, old)
            eventually(lambda: self.cookie(two, made) != made, "the new secret makes cookies")
            renewed = self.cookie(two, made)
            eventually(lambda: self.cookie(one, renewed) == renewed, "the other server has the new secret, too")

    def test_broken_secrets_keep_the_old_ones(self) -> None:
        self.write_secrets(secrets.token_hex(16))
        with self.serve("--config", str(self.config)) as server:
            made = self.cookie(server, secrets.token_hex(8))
            self.write_secrets("not a secret")
            server.wait_for(r"secrets:1:1: a secret is 32 hexadecimal digits")
            self.assertEqual(self.cookie(server, made), made)


if __name__ == "__main__":
    main()
