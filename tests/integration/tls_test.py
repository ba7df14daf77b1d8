"""DNS over TLS (RFC 7858): what a client may do, and the certificate that changes under it."""
from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import unittest
from pathlib import Path

from dns_client import answer_count, ask, connect, framed, is_closed, number_of, query, receive, reset, split
from harness import PATIENCE, FolderTest, Server, eventually, main

NAME = "ns1.example.com"
WWW = "www.example.com"


class TlsTest(FolderTest):
    def setUp(self) -> None:
        super().setUp()
        self.certificate = self.folder / "certificate.pem"
        self.key = self.folder / "key.pem"
        self.make_certificate()

    def make_certificate(self) -> None:
        """Renames both files into place, as who renews certificates does."""
        new = [path.with_suffix(".new") for path in (self.certificate, self.key)]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "30", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                        "-out", new[0], "-keyout", new[1]], check=True, capture_output=True, timeout=PATIENCE)
        new[1].chmod(0o644)  # whoever the server becomes reads it again
        for path in new:
            path.rename(path.with_suffix(".pem"))

    def serve_tls(self, workers: int = 2, **tcp: str | int) -> Server:
        file = self.folder / "dns.json"
        file.write_text(json.dumps({"tcp": tcp, "tls": {"listen": "127.0.0.1:0", "certificate": str(self.certificate),
                                                        "key": str(self.key)}}))
        return self.serve("--config", str(file), "--control", "127.0.0.1:0", workers=workers)

    def context(self, *protocols: str, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.certificate))
        if protocols:
            context.set_alpn_protocols(list(protocols))
        if version:
            context.minimum_version = context.maximum_version = version
        return context

    def connect(self, server: Server, context: ssl.SSLContext | None = None, **options) -> ssl.SSLSocket:
        connection = connect(server.listening("tls")[0])
        return (context or self.context("dot")).wrap_socket(connection, server_hostname=NAME, **options)

    def check_served(self, server: Server, connection: ssl.SSLSocket | None = None) -> None:
        if connection:
            self.assertEqual(answer_count(ask(connection, WWW)), 1)
        else:
            with self.connect(server) as new:
                self.assertEqual(answer_count(ask(new, WWW)), 1)

    def closed(self, server: Server, reason: str) -> int:
        return sum(worker["tcp_closed"][reason] for worker in server.status()["workers"])

    def total(self, server: Server, counter: str) -> int:
        return sum(worker[counter] for worker in server.status()["workers"])


class Handshakes(TlsTest):
    def test_tls_1_2_and_1_3(self):
        with self.serve_tls() as server:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with self.connect(server, self.context("dot", version=version)) as connection:
                    self.check_served(server, connection)
                    self.assertEqual(connection.selected_alpn_protocol(), "dot")
            self.assertEqual(self.total(server, "tls_handshakes"), 2)

    def test_nothing_older(self):
        old = self.context(version=ssl.TLSVersion.TLSv1_1)
        old.set_ciphers("ALL:@SECLEVEL=0")
        with self.serve_tls() as server:
            with self.assertRaisesRegex(ssl.SSLError, "PROTOCOL_VERSION|protocol version"):
                self.connect(server, old)
            eventually(lambda: self.closed(server, "bad_handshake") == 1, "the handshake is counted")

    def test_protocols_offered(self):
        """RFC 7301 3.2: ours among others, none at all, and only others."""
        with self.serve_tls() as server:
            with self.connect(server, self.context("h2", "dot")) as connection:
                self.assertEqual(connection.selected_alpn_protocol(), "dot")
            with self.connect(server, self.context()) as connection:
                self.check_served(server, connection)
                self.assertIsNone(connection.selected_alpn_protocol())
            with self.assertRaisesRegex(ssl.SSLError, "NO_APPLICATION_PROTOCOL|no application protocol"):
                self.connect(server, self.context("h2", "http/1.1"))

    def test_tickets(self):
        with self.serve_tls() as server:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = self.context("dot", version=version)
                with self.connect(server, context) as connection:
                    self.check_served(server, connection)
                    session = connection.session
                with self.connect(server, context, session=session) as connection:
                    self.check_served(server, connection)
                    self.assertTrue(connection.session_reused, version)
            self.assertEqual(self.total(server, "tls_resumed"), 2)

    def test_a_handshake_that_stalls(self):
        with self.serve_tls(handshake="200ms", io="1h") as server, self.connect(server) as old:
            with self.begin(server) as stuck:
                self.assertTrue(is_closed(stuck))
            self.assertEqual(self.closed(server, "stalled"), 1)
            self.check_served(server, old)
            self.check_served(server)

    def test_more_at_once_than_may_be(self):
        with self.serve_tls(workers=1, handshakes=3, handshake="1m") as server, self.connect(server) as old:
            stuck = [self.begin_next(server, f"127.0.0.{last}") for last in range(2, 7)]
            self.assertTrue(is_closed(stuck[0]))
            self.assertTrue(is_closed(stuck[1]))
            self.assertEqual(self.closed(server, "handshake_limit"), 2)
            self.check_served(server, old)
            eventually(lambda: self.total(server, "tcp_open") == 4, "the others are open")
            self.check_served(server)
            for connection in stuck:
                connection.close()

    def test_more_at_once_than_a_client_may_have(self):
        with self.serve_tls(workers=1, handshakes_per_client=2, handshake="1m") as server, self.connect(server) as old:
            other = self.begin_next(server, "127.0.0.2")
            stuck = [self.begin_next(server) for _ in range(3)]
            self.assertTrue(is_closed(stuck[0]))
            self.check_served(server, old)
            self.assertEqual(self.closed(server, "handshake_limit"), 1)
            self.assertEqual(self.total(server, "tcp_open"), 4)
            for connection in (other, *stuck[1:]):
                connection.close()
            eventually(lambda: self.total(server, "tcp_open") == 1, "they are closed")
            stuck = [self.begin(server) for _ in range(2)]
            eventually(lambda: self.total(server, "tcp_open") == 3, "there is room for two again")
            self.assertEqual(self.closed(server, "handshake_limit"), 1)
            for connection in stuck:
                connection.close()

    def begin(self, server: Server, source: str = "127.0.0.1") -> socket.socket:
        """A connection with the start of a handshake."""
        host, port = split(server.listening("tls")[0])
        connection = socket.create_connection((host, port), PATIENCE, (source, 0))
        connection.sendall(b"\x16\x03\x01")
        return connection

    def begin_next(self, server: Server, source: str = "127.0.0.1") -> socket.socket:
        """One that the server has taken before any that is begun later."""
        before = self.total(server, "tcp_accepted")
        connection = self.begin(server, source)
        eventually(lambda: self.total(server, "tcp_accepted") > before, "it is accepted")
        return connection

    def test_what_is_not_tls(self):
        with self.serve_tls() as server:
            with connect(server.listening("tls")[0]) as plain:
                plain.sendall(framed(query(WWW)))
            eventually(lambda: self.closed(server, "bad_handshake") == 1, "the connection is closed")
            with connect(server.listening("tcp")[0]) as other, self.assertRaises((ssl.SSLError, OSError)):
                self.context().wrap_socket(other, server_hostname=NAME)
            self.check_served(server)


class Messages(TlsTest):
    def test_fifty_in_one_record(self):
        with self.serve_tls() as server, self.connect(server) as connection:
            connection.sendall(b"".join(framed(query(WWW, number=number)) for number in range(50)))
            self.assertEqual([number_of(receive(connection)) for _ in range(50)], list(range(50)))

    def test_more_than_is_read_at_once(self):
        """Megabytes of queries, of which each wake reads a part: no record is left behind."""
        count = 40_000
        with self.serve_tls(io="1m") as server, self.connect(server) as connection:
            pid = os.fork()
            if pid == 0:
                connection.sendall(b"".join(framed(query(WWW, number=number % 65_536)) for number in range(count)))
                os._exit(0)
            data = 0
            size = len(framed(query(WWW))) + 16
            while data < count * size:
                more = len(connection.recv(1 << 16))
                self.assertGreater(more, 0)
                data += more
            os.waitpid(pid, 0)
            self.assertEqual(data, count * size)

    def test_one_in_many_records(self):
        with self.serve_tls() as server, self.connect(server) as connection:
            for byte in framed(query(WWW, number=7)):
                connection.sendall(bytes([byte]))
            self.assertEqual(number_of(receive(connection)), 7)

    def test_close_notify(self):
        """Told by the client, it is told by the server, after the answers."""
        with self.serve_tls() as server, self.connect(server) as connection:
            connection.sendall(framed(query(WWW, number=1)))
            self.assertEqual(number_of(receive(connection)), 1)
            connection.unwrap()
            eventually(lambda: self.closed(server, "ended") == 1, "the connection ended in order")

    def test_an_end_without_close_notify(self):
        with self.serve_tls() as server:
            connection = self.connect(server)
            self.check_served(server, connection)
            connection.close()
            eventually(lambda: self.closed(server, "ended") == 1, "the connection ended in order")

    def test_kdig(self):
        with self.serve_tls() as server:
            address, port = split(server.listening("tls")[0])
            command = ["kdig", f"@{address}", "-p", str(port), f"+tls-ca={self.certificate}", f"+tls-hostname={NAME}", "+keepopen",
                       WWW, "A", WWW, "TXT"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
            self.assertIn("192.0.2.1", done.stdout)
            self.assertEqual(done.stdout.count("status: NOERROR"), 2, done.stdout)
            self.assertEqual(self.total(server, "tls_handshakes"), 1)

    def test_openssl(self):
        with self.serve_tls() as server:
            command = ["openssl", "s_client", "-connect", server.listening("tls")[0], "-alpn", "dot", "-CAfile", self.certificate,
                       "-verify_return_error", "-servername", NAME]
            done = subprocess.run(command, input="", capture_output=True, text=True, timeout=PATIENCE, check=True)
            self.assertIn("ALPN protocol: dot", done.stdout)
            self.assertIn("Verify return code: 0 (ok)", done.stdout)


class EarlyCloses(TlsTest):
    def test_cve_2026_12245(self):
        """NSD used a connection after it was freed when a client closed early."""
        with self.serve_tls() as server:
            hello = self.client_hello()
            for size in range(1, len(hello), 7):
                connection = connect(server.listening("tls")[0])
                connection.sendall(hello[:size])
                connection.close() if size % 2 else reset(connection)
            for number in range(50):
                connection = self.connect(server)
                connection.sendall(framed(query(WWW)) * 20)
                reset(connection) if number % 2 else connection.close()
            eventually(lambda: self.total(server, "tcp_open") == 0, "all connections are closed")
            self.check_served(server)

    def client_hello(self) -> bytes:
        outgoing = ssl.MemoryBIO()
        client = self.context("dot").wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=NAME)
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        return outgoing.read()


class Certificates(TlsTest):
    def presented(self, server: Server) -> bytes:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with self.connect(server, context) as connection:
            return connection.getpeercert(binary_form=True)

    def on_disk(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.certificate.read_text())

    def test_a_new_one_is_taken_up_and_drops_no_connection(self):
        with self.serve_tls() as server, self.connect(server) as old:
            self.check_served(server, old)
            before = self.presented(server)
            self.make_certificate()
            eventually(lambda: self.presented(server) == self.on_disk(), "the new certificate is presented")
            self.assertNotEqual(self.presented(server), before)
            self.check_served(server, old)

    def test_a_ticket_outlives_a_certificate(self):
        with self.serve_tls() as server:
            context = self.context("dot")
            with self.connect(server, context) as connection:
                self.check_served(server, connection)
                session = connection.session
            self.make_certificate()
            eventually(lambda: self.presented(server) == self.on_disk(), "the new certificate is presented")
            with self.connect(server, context, session=session) as connection:
                self.assertTrue(connection.session_reused)

    def check_refused(self, server: Server, problem: str) -> None:
        """The reload tells the problem; the old certificate stays."""
        self.assertEqual(server.api("/v1/reload", "POST")[0], 422)
        before = self.presented(server)
        server.wait_for(problem)
        told = [f'{Path(one["file"]).name}: {one["message"]}' for one in server.status()["reload"]["diagnostics"]]
        self.assertTrue(any(problem in one for one in told), told)
        self.assertEqual(self.presented(server), before)
        self.assertGreater(server.status()["reload"]["failures"], 0)

    def test_a_broken_one_leaves_the_old(self):
        with self.serve_tls() as server:
            good, old = self.certificate.read_text(), self.presented(server)
            self.certificate.write_text("not a certificate\n")
            self.check_refused(server, "certificate.pem: cannot be used as certificate")
            self.assertEqual(self.presented(server), old)
            self.certificate.write_text(good)
            self.assertEqual(server.api("/v1/reload", "POST"), (200, "[]\n"))

    def test_a_key_of_another_certificate_leaves_the_old(self):
        with self.serve_tls() as server:
            old = self.presented(server)
            certificate = self.certificate.read_text()
            self.make_certificate()
            self.certificate.write_text(certificate)
            self.check_refused(server, "key.pem: cannot be used as key of that certificate: key values mismatch")
            self.assertEqual(self.presented(server), old)

    @unittest.skipUnless(os.geteuid() == 0, "only root gives up what it may read")
    def test_the_key_is_read_before_privileges_are_given_up(self):
        self.key.chmod(0o600)
        with self.serve_tls() as server:
            self.check_served(server)
            self.check_refused(server, "key.pem: cannot be used as key of that certificate: Permission denied")
            self.check_served(server)

    def test_when_it_ends_is_told(self):
        with self.serve_tls() as server:
            ends = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-dateopt", "iso_8601", "-in", self.certificate],
                                  capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
            self.assertIn(server.status()["certificate_expires"].replace("T", " "), ends)
            self.assertIn("loadstar_certificate_expiry_time_seconds", server.api("/metrics")[1])


class Starts(TlsTest):
    def refusal(self) -> str:
        with self.assertRaises(AssertionError) as refused, self.serve_tls():
            pass
        return str(refused.exception)

    def test_without_a_certificate_it_does_not_start(self):
        self.certificate.unlink()
        self.assertIn(f"{self.certificate}: cannot be used as certificate: No such file or directory", self.refusal())

    def test_with_a_key_that_has_a_password_it_does_not_start(self):
        locked = self.key.with_suffix(".locked")
        subprocess.run(["openssl", "pkey", "-in", self.key, "-aes256", "-passout", "pass:secret", "-out", locked], check=True,
                       capture_output=True, timeout=PATIENCE)
        locked.rename(self.key)
        self.assertIn(f"{self.key}: cannot be used as key of that certificate", self.refusal())


if __name__ == "__main__":
    main()
