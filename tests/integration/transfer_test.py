"""Whole zones on their way to secondaries: by dig and kdig, and to NSD, Knot and BIND, which then answer what we answer."""
import base64
import re
import signal
import socket
import struct
import subprocess
import unittest
from pathlib import Path

from harness import PATIENCE, dig, eventually, main
from secondaries import KEY, SECRET, ZONE, Daemon, PrimaryTest, free_port, records


class Sink:
    """A secondary that takes notifications and answers them, or stays silent."""

    def __init__(self, test: unittest.TestCase, answers: bool = True) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.answers = answers
        test.addCleanup(self.socket.close)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def take(self) -> bytes:
        self.socket.settimeout(PATIENCE)
        message, sender = self.socket.recvfrom(512)
        if self.answers:
            self.socket.sendto(message[:2] + b"\xa4\x00" + message[4:], sender)
        return message


class Transfers(PrimaryTest):
    def test_dig_and_kdig_get_the_zone(self):
        with self.primary({"to": "127.0.0.0/8"}) as server:
            text = dig(server.address, "example.com", "AXFR")
            got = records(text)
            self.assertEqual(len([line for line in got if " SOA " in line]), 2)
            self.assertEqual(len(got), 15, text)
            self.assertIn("www.example.com. 60 IN A 192.0.2.2", got)
            port = server.address.rsplit(":", 1)[1]
            other = subprocess.run(["kdig", "@127.0.0.1", "-p", port, "example.com", "AXFR"], capture_output=True,
                                   text=True, timeout=PATIENCE, check=False).stdout
            self.assertEqual(records(other), got)

    def test_a_key_is_asked_for_and_checked(self):
        with self.primary({"to": "127.0.0.0/8", "key": "xfr."}) as server:
            self.assertIn("Transfer failed", dig(server.address, "example.com", "AXFR"))
            signed = dig(server.address, "example.com", "AXFR", "-y", KEY)
            self.assertEqual(len([line for line in records(signed) if " IN " in line]), 15, signed)
            self.assertNotIn("could not be validated", signed)
            wrong = base64.b64encode(b"another secret, just as long ...").decode()
            self.assertIn("Transfer failed", dig(server.address, "example.com", "AXFR", "-y", f"hmac-sha256:xfr.:{wrong}"))
            soa = dig(server.address, "example.com", "SOA", "-y", KEY)
            self.assertIn("status: NOERROR", soa)
            self.assertNotIn("could not be validated", soa)
            self.assertIn('loadstar_queries_total{reason="transfer"} 1', server.api("/metrics")[1])

    def test_nsd_as_secondary(self):
        port = free_port()
        rule = {"to": "127.0.0.1", "key": "xfr.", "notify": f"127.0.0.1:{port}"}
        with self.primary(rule) as server:
            self.start_nsd(port, f"AXFR {server.address.replace(':', '@')} xfr.")
            self.check_secondary(server, port)

    def test_knot_as_secondary(self):
        port = free_port()
        rule = {"to": "127.0.0.1", "key": "xfr.", "notify": f"127.0.0.1:{port}"}
        with self.primary(rule) as server:
            config = self.folder / "knot.conf"
            config.write_text(f"""
server:
  listen: 127.0.0.1@{port}
  rundir: "{self.folder}/knot"
database:
  storage: "{self.folder}/knot"
key:
  - id: xfr.
    algorithm: hmac-sha256
    secret: {SECRET}
remote:
  - id: primary
    address: {server.address.replace(":", "@")}
    key: xfr.
acl:
  - id: notify
    address: 127.0.0.1
    key: xfr.
    action: notify
zone:
  - domain: example.com
    storage: "{self.folder}/knot"
    master: primary
    acl: notify
""")
            (self.folder / "knot").mkdir()
            Daemon(self, "knotd", "-c", str(config))
            self.check_secondary(server, port)

    def test_bind_as_secondary(self):
        port = free_port()
        rule = {"to": "127.0.0.1", "key": "xfr.", "notify": f"127.0.0.1:{port}"}
        with self.primary(rule) as server:
            address, primary_port = server.address.split(":")
            config = self.folder / "named.conf"
            config.write_text(f"""
options {{
  directory "{self.folder}"; pid-file "{self.folder}/named.pid"; session-keyfile "{self.folder}/session.key";
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no; notify no; dnssec-validation no;
}};
controls {{ }};
key "xfr." {{ algorithm hmac-sha256; secret "{SECRET}"; }};
zone "example.com" {{
  type secondary; file "named.zone"; primaries port {primary_port} {{ {address} key "xfr."; }}; allow-notify {{ key "xfr."; }};
}};
""")
            Daemon(self, "named", "-f", "-c", str(config))
            self.check_secondary(server, port)

    def test_a_notification_says_which_zone_and_ends_with_the_answer(self):
        sink = Sink(self)
        with self.primary({"notify": sink.address, "notify_name_servers": False}) as server:
            message = sink.take()
            self.assertEqual(message[2:12], b"\x24\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            self.assertEqual(message[12:], b"\7example\3com\0\0\6\0\1")
            eventually(lambda: server.status()["notify"]["answered"] == 1, "the answer was taken")
            self.write("example.json", ZONE | {"ttl": 30})
            self.assertEqual(sink.take()[12:25], b"\7example\3com\0")
            eventually(lambda: server.status()["notify"] == {"sent": 2, "answered": 2, "failed": 0}, "both answered")

    def test_a_notification_is_tried_again_and_signed(self):
        sink = Sink(self, answers=False)
        rule = {"notify": sink.address, "key": "xfr.", "notify_name_servers": False}
        with self.primary(rule):
            first, second = sink.take(), sink.take()
            self.assertEqual(first[:2], second[:2])
            self.assertEqual(first[10:12], b"\0\1")
            self.assertIn(b"\3xfr\0\0\xfa\0\xff", first)

    def test_unchanged_zones_are_not_told_of_again(self):
        sink = Sink(self)
        with self.primary({"notify": sink.address, "notify_name_servers": False}) as server:
            sink.take()
            after = len(server.lines)
            server.send(signal.SIGHUP)
            server.wait_for("serving .* zone", after)
            self.assertEqual(server.status()["notify"]["sent"], 1)

    def test_a_reader_that_does_not_read_is_left(self):
        big = {"zone": "example.com", "records": {"@": {"NS": "ns1"}, "ns1": {"A": "192.0.2.53"}}
               | {f"h{i}": {"TXT": '"' + "x" * 200 + '"'} for i in range(40000)}}
        self.write("example.json", big)
        with self.primary({"to": "127.0.0.0/8"}) as server:
            address, port = server.address.split(":")
            query = b"\1\1\0\0\0\1\0\0\0\0\0\0\7example\3com\0\0\xfc\0\1"
            with socket.socket() as stuck:
                stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                stuck.connect((address, int(port)))
                stuck.sendall(struct.pack(">H", len(query)) + query)
                self.assertEqual(server.short("h7.example.com", "TXT"), ['"' + "x" * 200 + '"'])
                eventually(lambda: 'loadstar_tcp_connections_closed_total{reason="stalled"} 1' in server.api("/metrics")[1],
                           "the connection was closed")
            self.assertEqual(len(records(dig(server.address, "example.com", "AXFR"))), 40004)

    def test_a_transfer_keeps_to_its_snapshot(self):
        wide = {f"h{i}": {"TXT": '"old ' + "x" * 200 + '"'} for i in range(30000)}
        base = {"@": {"NS": "ns1"}, "ns1": {"A": "192.0.2.53"}}
        self.write("example.json", {"zone": "example.com", "records": base | wide})
        with self.primary({"to": "127.0.0.0/8"}) as server:
            before = self.serial(server)
            address, port = server.address.split(":")
            query = b"\1\1\0\0\0\1\0\0\0\0\0\0\7example\3com\0\0\xfc\0\1"
            with socket.create_connection((address, int(port)), PATIENCE) as reader:
                reader.sendall(struct.pack(">H", len(query)) + query)
                text = reader.recv(65536)
                self.write("example.json", {"zone": "example.com", "records": base | {
                    name: {"TXT": '"new"'} for name in wide}})

                def is_new() -> bool:
                    nonlocal text
                    text += reader.recv(4096)  # no faster than needed to stay connected
                    return self.serial(server) != before

                eventually(is_new, "the new zone is served")
                reader.shutdown(socket.SHUT_WR)
                while part := reader.recv(65536):
                    text += part
            self.assertEqual(text.count(b"old xxxx"), 30000)
            self.assertNotIn(b"\3new", text)

    def test_notifications_and_updates_to_us_change_nothing(self):
        """CVE-2019-10163, CVE-2022-3094: floods of them cost neither memory nor state."""
        with self.primary({"to": "127.0.0.0/8"}) as server:
            address, port = server.address.split(":")
            port_text = ["-p", port, "-z", "example.com", address]
            told = subprocess.run(["ldns-notify", "-r", "1", *port_text], capture_output=True, text=True,
                                  timeout=PATIENCE, check=False)
            self.assertIn("NOTIMPL", told.stdout + told.stderr)
            status = Path(f"/proc/{server.process.pid}/status")

            def resident() -> int:
                return int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1])

            notify = b"\1\1\x24\0\0\1\0\0\0\0\0\0\7example\3com\0\0\6\0\1"
            update = b"\1\1\x28\0\0\1\0\0\0\0\0\0\7example\3com\0\0\6\0\1"
            before = self.serial(server)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.connect((address, int(port)))
                client.settimeout(PATIENCE)

                def flood(count: int) -> None:
                    for _ in range(count):
                        for message in (notify, update):
                            client.send(message)
                            self.assertEqual(client.recv(512)[3] & 15, 4)

                flood(1000)
                settled = resident()
                flood(10000)
                self.assertLess(resident(), settled + 1024)
            self.assertEqual(self.serial(server), before)


if __name__ == "__main__":
    main()
