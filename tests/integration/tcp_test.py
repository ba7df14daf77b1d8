"""Clients over TCP that mean ill or go wrong, and what they cost the others."""
from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from pathlib import Path

from dns_client import TXT, answer_count, ask, connect, framed, is_closed, query, receive, reset, split
from harness import PATIENCE, PROGRAM, FolderTest, Server, eventually, main

WWW = "www.example.com"
BIG = "big.example.com"


class TcpTest(FolderTest):
    def setUp(self) -> None:
        super().setUp()
        zone = self.zone_with("192.0.2.1")
        zone["records"]["big"] = {"TXT": [f'"{number}{"x" * 240}"' for number in range(1000, 1200)]}
        self.write("example.json", zone)

    def serve_tcp(self, under: tuple[str, ...] = (), **tcp: str | int) -> Server:
        file = self.folder / "dns.json"
        file.write_text(json.dumps({"tcp": tcp}))
        return self.serve("--config", str(file), "--control", "127.0.0.1:0", under=under)

    def total(self, server: Server, counter: str) -> int:
        return sum(worker[counter] for worker in server.status()["workers"])

    def closed(self, server: Server, reason: str) -> int:
        return sum(worker["tcp_closed"][reason] for worker in server.status()["workers"])

    def check_served(self, server: Server) -> None:
        with connect(server.address) as connection:
            self.assertEqual(answer_count(ask(connection, WWW)), 1)


def descriptors(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def cpu_seconds(server: Server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ASan else keeps up to 256 MB that have been freed, which is not what a server holds.
FREES_AT_ONCE = ("env", "ASAN_OPTIONS=quarantine_size_mb=1")
# What a flood may add to the process. ThreadSanitizer keeps a record of memory that is several times as large.
MOST_MB = 80 if "/tsan/" in PROGRAM else 20


def resident_mb(server: Server) -> float:
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def in_close_wait(server: Server) -> int:
    """Connections that the client has ended and the server has not."""
    port = f":{split(server.address)[1]:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(port) and row[3] == "08" for row in rows)


class Descriptors(TcpTest):
    def test_running_out_stops_nobody_and_spins_nowhere(self):
        """CVE-2019-6477 and its like: UDP goes on, the newest client is served, the oldest goes."""
        limit = 40
        with self.serve_tcp(under=("prlimit", f"--nofile={limit}:{limit}")) as server:
            self.assertGreater(limit, descriptors(server))
            clients = [connect(server.address) for _ in range(60)]
            before = cpu_seconds(server)
            started = time.monotonic()
            for client in clients:
                client.sendall(framed(query(WWW)))
            self.assertEqual(answer_count(receive(clients[-1])), 1)
            self.assertEqual(server.short(WWW), ["192.0.2.1"])
            elapsed = time.monotonic() - started
            self.assertLessEqual(descriptors(server), limit)
            self.assertLess(cpu_seconds(server) - before, 0.5 * elapsed + 0.2)
            for client in clients:
                client.close()
            eventually(lambda: self.total(server, "tcp_accept_failures") > 0, "it is counted")
            self.check_served(server)

    def test_cve_2018_5743_pipelining_does_not_pass_the_limit(self):
        with self.serve_tcp(connections=10, per_client=1000) as server:
            before = descriptors(server)
            clients = [connect(server.address) for _ in range(50)]
            for client in clients:
                client.sendall(framed(query(WWW)) * 50)
            eventually(lambda: self.closed(server, "evicted") >= 40, "the oldest are closed")
            self.assertLessEqual(descriptors(server) - before, 10 + 1)  # and the control connection
            self.assertLessEqual(self.total(server, "tcp_open"), 10)
            self.check_served(server)
            for client in clients:
                client.close()


class Clients(TcpTest):
    def test_cve_2022_0396_no_connection_stays_in_close_wait(self):
        """Clients that end their side, with a message cut short or answers unread, and never close."""
        with self.serve_tcp(io="300ms") as server:
            clients = [connect(server.address) for _ in range(60)]
            for number, client in enumerate(clients):
                client.sendall([b"\0", framed(query(WWW))[:-1], framed(query(BIG, TXT)) * 200][number % 3])
                client.shutdown(1)
            eventually(lambda: self.total(server, "tcp_accepted") == 60, "all are accepted")
            eventually(lambda: self.total(server, "tcp_open") == 0, "all are closed")
            eventually(lambda: in_close_wait(server) == 0, "the system knows none either")
            self.assertGreater(self.closed(server, "stalled"), 0)
            for client in clients:
                client.close()

    def test_cve_2024_0760_a_flood_without_reading(self):
        """Memory is bounded, others are served, and the flood ends by its time."""
        with self.serve_tcp(under=FREES_AT_ONCE, io="1s", memory_mb=2) as server:
            before = resident_mb(server)
            floods = [threading.Thread(target=self.flood, args=(server,)) for _ in range(20)]
            for flood in floods:
                flood.start()
            while any(flood.is_alive() for flood in floods):
                self.check_served(server)
            self.assertLess(resident_mb(server) - before, MOST_MB)
            eventually(lambda: self.total(server, "tcp_open") == 0, "all are closed")
            self.assertGreater(self.closed(server, "stalled") + self.closed(server, "memory"), 0)

    def flood(self, server: Server) -> None:
        queries = framed(query(BIG, TXT)) * 1000
        with connect(server.address) as connection:
            try:
                while True:
                    connection.sendall(queries)
            except ConnectionError:
                pass

    def test_resets(self):
        with self.serve_tcp() as server:
            for number in range(200):
                connection = connect(server.address)
                connection.sendall(framed(query(BIG, TXT)) * (number % 20 + 1))
                reset(connection)
            eventually(lambda: self.total(server, "tcp_open") == 0, "all are forgotten")
            self.check_served(server)

    def test_one_client_too_many_times_leaves_others_alone(self):
        with self.serve_tcp(per_client=4) as server:
            with connect(server.address, "127.0.0.2") as other:
                self.assertEqual(answer_count(ask(other, WWW)), 1)
                greedy = [connect(server.address) for _ in range(100)]
                for client in greedy:
                    client.sendall(framed(query(WWW)))
                eventually(lambda: self.closed(server, "client_limit") == 96, "its own are closed")
                self.assertEqual(answer_count(ask(other, WWW)), 1)
                for client in greedy:
                    client.close()

    def test_an_idle_client_is_closed_in_the_time_configured(self):
        with self.serve_tcp(idle="200ms") as server, connect(server.address) as client:
            self.assertEqual(answer_count(ask(client, WWW)), 1)
            self.assertTrue(is_closed(client))
            self.assertEqual(self.closed(server, "idle"), 1)


class Tools(TcpTest):
    def test_dig_and_kdig_ask_twice_on_one_connection(self):
        with self.serve_tcp() as server:
            address, port = split(server.address)
            for program in (["dig", "+norecurse"], ["kdig"]):
                before = self.total(server, "tcp_accepted")
                command = [*program, f"@{address}", "-p", str(port), "+tcp", "+keepopen", WWW, "A", BIG, "TXT"]
                done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
                self.assertEqual(done.stdout.count("status: NOERROR"), 2, done.stdout)
                self.assertEqual(self.total(server, "tcp_accepted") - before, 1)


if __name__ == "__main__":
    main()
