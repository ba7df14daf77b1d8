"""Queries that pass by the sockets (AF_XDP), from another machine: xdp_test.py (LOADSTAR is the program). Needs root."""
from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import unittest
from collections import Counter

from dns_client import ask, query
from frames import checksum, datagram, ethernet, ipv4, ipv6
from harness import PATIENCE, PROGRAM, FolderTest, Server, eventually, main
from namespaces import CLIENT4, CLIENT6, CLIENT_MAC, LINK, SERVER4, SERVER6, SERVER_MAC, Cable

PORT, OTHER_PORT = 53, 5353  # with XDP and without
WWW = "www.example.com"
BOTH = {4: (CLIENT4, SERVER4), 6: (CLIENT6, SERVER6)}
ZONE = {
    "zone": "example.com",
    "pools": {
        "near": {"endpoints": [{"a": "192.0.2.1", "aaaa": "2001:db8::1"}]},
        "far": {"endpoints": [{"a": "192.0.2.2", "aaaa": "2001:db8::2"}]},
    },
    "policies": {"geo": {"rules": [{"match": {"cidrs": [CLIENT4, CLIENT6]}, "pools": ["near"]}, {"pools": ["far"]}]}},
    "records": {"@": {"NS": "ns1"}, "ns1": {"A": "192.0.2.53"}, "www": {"A": "192.0.2.1"}, "geo": {"steer": "geo"},
                "alias": {"CNAME": "www"}, "big": {"TXT": [f'"{number:0250}"' for number in range(8)]}},
}


def with_edns(message: bytes, size: int = 1232, options: bytes = b"", version: int = 0) -> bytes:
    return message[:10] + b"\0\1" + message[12:] + b"\0" + struct.pack("!HHBBHH", 41, size, 0, version, 0, len(options)) + options


def padded(message: bytes, bytes_: int) -> bytes:
    """With so many bytes of padding (RFC 7830)."""
    return with_edns(message, options=struct.pack("!HH", 12, bytes_) + bytes(bytes_))


SO_RCVBUFFORCE = 33  # Python does not know it
COOKIE = struct.pack("!HH", 10, 8) + b"a cookie"
QUESTIONS = {
    "an address": query(WWW),
    "an alias": query("alias.example.com"),
    "no such name": query("none.example.com"),
    "no such data": query(WWW, 16),
    "not our zone": query("www.example.org"),
    "too large without EDNS": query("big.example.com", 16),
    "too large with EDNS": with_edns(query("big.example.com", 16), 4096),
    "EDNS": with_edns(query(WWW)),
    "EDNS of another version": with_edns(query(WWW), version=1),
    "a cookie": with_edns(query(WWW), options=COOKIE),
    "a client subnet": with_edns(query("geo.example.com"), options=struct.pack("!HHHBB", 8, 7, 1, 24, 0) + bytes([198, 51, 100])),
    "by the source's own address": query("geo.example.com"),
    "by the source, AAAA": query("geo.example.com", 28),
    "no question": query(WWW)[:12],
    "another opcode": b"\0\1\x28\0" + query(WWW)[4:],
    "a name that is cut": query(WWW)[:20],
    "as large as a frame has room for": padded(query(WWW), 1400),
} | {f"padded by {size}": padded(query(WWW), size) for size in range(16)}
UNANSWERED = {"a response": b"\0\1\x80\0" + query(WWW)[4:], "shorter than a header": query(WWW)[:11], "nothing": b""}


# What is counted of a frame.
ANSWERED = Counter(xdp_received=1, xdp_sent=1)
CHECKSUM = Counter(xdp_received=1, xdp_checksums=1)
MALFORMED = Counter(xdp_received=1, xdp_malformed=1)
KERNEL: Counter = Counter()


def why_not() -> str:
    """Why this machine cannot; empty when it can."""
    if os.geteuid() != 0:
        return "only root can make namespaces"
    if not shutil.which("ip"):
        return "iproute2 is not installed"
    try:
        with Cable():
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no namespaces here: {error}"


class XdpTest(FolderTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("example.json", ZONE)
        (self.folder / "cookies").write_text("00112233445566778899aabbccddeeff\n")
        (self.folder / "dns.json").write_text('{ "cookie_secrets": "cookies" }')

    def connect(self, **options) -> Cable:
        cable = Cable(**options)
        self.enterContext(cable)
        return cable

    def start(self, cable: Cable, *arguments: str, port: int = PORT, under: tuple[str, ...] = (), **options) -> Server:
        """A server that listens on all addresses of its machine."""
        return Server("--config", str(self.folder / "dns.json"), "--zones", str(self.zones), "--listen", f"0.0.0.0:{port}",
                      "--listen", f"[::]:{port}", "--control", "127.0.0.1:0", "--workers", "1", *arguments, under=(*cable.server.enter, *under), **options)

    def serve(self, cable: Cable, *arguments: str, xdp: str = LINK, **options) -> Server:
        """One that uses XDP."""
        server = self.enterContext(self.start(cable, "--xdp", xdp, *arguments, **options))
        self.assertTrue(any(f"XDP on {LINK}: " in line for line in server.lines), "\n".join(server.lines))
        return server

    def client(self, cable: Cable, version: int = 4, port: int = PORT, source: str = "") -> socket.socket:
        mine, server = BOTH[version]
        with cable.client.inside():
            client = self.enterContext(socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_DGRAM))
        client.bind((source or mine, 0))
        client.connect((server, port))
        client.settimeout(PATIENCE)
        return client

    def wire(self, cable: Cable) -> socket.socket:
        """What sends whole frames to the server."""
        with cable.client.inside():
            wire = self.enterContext(socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
        wire.bind((LINK, 0))
        return wire

    def counters(self, cable: Cable, server: Server) -> dict[str, int]:
        with cable.server.inside():
            workers = server.status()["workers"]
        return {key: sum(worker[key] for worker in workers) for key in workers[0] if isinstance(workers[0][key], int)}

    def assert_taken(self, cable: Cable, server: Server, by_xdp: int, by_sockets: int) -> None:
        """So many have been received in each way."""
        eventually(lambda: self.received(cable, server) == (by_xdp, by_sockets),
                   f"{by_xdp} by XDP and {by_sockets} by sockets: {self.received(cable, server)}")

    def received(self, cable: Cable, server: Server) -> tuple[int, int]:
        counters = self.counters(cable, server)
        return counters["xdp_received"], counters["udp_received"]


def exchange(client: socket.socket, message: bytes) -> bytes:
    client.send(message)
    return client.recv(65535)


class Answers(XdpTest):
    def test_they_are_those_of_the_sockets(self) -> None:
        cable = self.connect()
        other = self.enterContext(self.start(cable, port=OTHER_PORT))
        for mode in ("native", "generic"):
            server = self.serve(cable, xdp=f"{LINK},{mode}")
            for version in BOTH:
                by_xdp, by_sockets = self.client(cable, version), self.client(cable, version, OTHER_PORT)
                for name, question in QUESTIONS.items():
                    with self.subTest(name, mode=mode, version=version):
                        self.assert_equal_answers(by_xdp, by_sockets, question)
                for name, message in UNANSWERED.items():
                    with self.subTest(name, mode=mode, version=version):
                        by_xdp.send(message)  # what is answered next is the query behind it
                        self.assertEqual(exchange(by_xdp, QUESTIONS["an address"])[:2], b"\0\1")
            counters = self.counters(cable, server)
            self.assertEqual((counters["udp_received"], counters["xdp_malformed"], counters["xdp_checksums"]), (0, 0, 0))
            self.assertGreaterEqual(counters["xdp_received"], 2 * (len(QUESTIONS) + 2 * len(UNANSWERED)))
            self.assertEqual(counters["xdp_sent"], counters["xdp_received"] - 2 * len(UNANSWERED))
            server.stop()
        self.assertEqual(self.counters(cable, other)["xdp_received"], 0)

    def assert_equal_answers(self, one: socket.socket, other: socket.socket, question: bytes) -> None:
        """A cookie holds the second it was made in, which may end in between."""
        for _ in range(3):
            answers = exchange(one, question), exchange(other, question)
            if answers[0] == answers[1]:
                break
        self.assertEqual(*answers)

    def test_checksums_may_be_complete_or_begun(self) -> None:
        cable = self.connect()
        server = self.serve(cable)
        for _ in range(2):
            for version in BOTH:
                for size in range(4):
                    self.assertEqual(exchange(self.client(cable, version), padded(query(WWW), size))[6:8], b"\0\1")
            cable.complete_checksums()
        self.assert_taken(cable, server, by_xdp=16, by_sockets=0)

    def test_every_queue_answers(self) -> None:
        cable = self.connect(queues=2)
        server = self.serve(cable)
        self.assertIn("2 queues", "\n".join(server.lines))

        def have_all() -> bool:
            exchange(self.client(cable), query(WWW))  # from another port, which may lead to another queue
            with cable.server.inside():
                workers = server.status()["workers"]
            return len(workers) == 3 and all(worker["xdp_received"] > 0 for worker in workers[1:])

        eventually(have_all, "both queues have received")

    def test_a_burst_is_answered_whole(self) -> None:
        cable = self.connect()
        server = self.serve(cable)
        client = self.client(cable)
        client.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        rounds, burst = 20, 500  # more than there are frames
        for _ in range(rounds):
            for number in range(burst):
                client.send(query(WWW, number=number))
            self.assertEqual({client.recv(512)[:2] for _ in range(burst)}, {struct.pack("!H", number) for number in range(burst)})
        counters = self.counters(cable, server)
        self.assertEqual((counters["xdp_received"], counters["xdp_sent"], counters["xdp_overflows"]), (rounds * burst, rounds * burst, 0))

    def test_status_and_metrics_tell_what_is_used(self) -> None:
        cable = self.connect()
        server = self.serve(cable, xdp=f"{LINK},generic")
        exchange(self.client(cable), query(WWW))
        with cable.server.inside():
            status, metrics = server.status(), server.api("/metrics")[1]
        self.assertEqual(status["xdp"], [{"interface": LINK, "queues": 1, "native": False, "zero_copy": False, "problem": ""}])
        for line in (f'loadstar_xdp_queues{{interface="{LINK}"}} 1', "loadstar_xdp_received_total 1", "loadstar_xdp_sent_total 1",
                     "loadstar_xdp_send_failures_total 0", 'loadstar_xdp_dropped_total{reason="overflow"} 0'):
            self.assertIn(line, metrics)


class Kernel(XdpTest):
    """What XDP leaves to the kernel, which answers as ever."""

    def test_fragments_options_and_what_is_not_udp(self) -> None:
        cable = self.connect()
        server = self.serve(cable)
        for version, (_, address) in BOTH.items():
            with self.subTest(version=version):
                self.assertTrue(self.is_reached(cable, version))
                with cable.client.inside():
                    tcp = self.enterContext(socket.create_connection((address, PORT), PATIENCE))
                self.assertEqual(ask(tcp, WWW)[6:8], b"\0\1")
                in_pieces = exchange(self.client(cable, version), padded(query(WWW), 3000))
                self.assertEqual(in_pieces[6:8], b"\0\1")
        with_options = self.client(cable)
        with_options.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\1" * 4)
        self.assertEqual(exchange(with_options, query(WWW))[6:8], b"\0\1")
        with_extension = self.client(cable, 6)
        with_extension.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
        self.assertEqual(exchange(with_extension, query(WWW))[6:8], b"\0\1")
        self.assert_taken(cable, server, by_xdp=0, by_sockets=4)

    def is_reached(self, cable: Cable, version: int) -> bool:
        """By ICMP."""
        family, protocol = (socket.AF_INET, socket.IPPROTO_ICMP) if version == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
        ask_for_echo, echo = (8, 0) if version == 4 else (128, 129)
        with cable.client.inside(), socket.socket(family, socket.SOCK_RAW, protocol) as client:
            client.settimeout(PATIENCE)
            request = struct.pack("!2B3H", ask_for_echo, 0, 0, 7, 1)
            if version == 4:
                request = request[:2] + struct.pack("!H", checksum(request)) + request[4:]
            client.sendto(request, (BOTH[version][1], 0))
            while True:
                answer = client.recv(1500)[20 if version == 4 else 0:]
                if answer[0] == echo:
                    return answer[4:] == request[4:]

    def test_other_ports_and_other_addresses(self) -> None:
        cable = self.connect()
        other = self.enterContext(self.start(cable, port=OTHER_PORT))
        server = self.serve(cable)
        for version in BOTH:
            self.assertEqual(exchange(self.client(cable, version, OTHER_PORT), query(WWW))[6:8], b"\0\1")
        self.assert_taken(cable, other, by_xdp=0, by_sockets=2)
        # An address that the machine did not have when the server started.
        cable.server.ip("address", "add", "10.53.0.3/24", "dev", LINK)
        client = self.client(cable)
        client.connect(("10.53.0.3", PORT))
        self.assertEqual(exchange(client, query(WWW))[6:8], b"\0\1")
        self.assert_taken(cable, server, by_xdp=0, by_sockets=1)

    def test_answers_that_leave_by_another_interface(self) -> None:
        cable = self.connect()
        server = self.serve(cable)
        # With the same hardware address, so that nothing but the interface tells it from the one that is asked.
        cable.server.ip("link", "add", "elsewhere", "address", SERVER_MAC, "type", "veth", "peer", "name", "far")
        cable.server.ip("link", "set", "elsewhere", "up")
        cable.server.ip("link", "set", "far", "up")
        cable.server.ip("route", "add", "10.54.0.0/24", "dev", "elsewhere")
        cable.server.ip("neighbor", "add", "10.54.0.2", "lladdr", CLIENT_MAC, "dev", "elsewhere")
        cable.client.ip("address", "add", "10.54.0.2/32", "dev", "lo")
        for key in ("all", LINK):
            cable.server.set(f"net/ipv4/conf/{key}/rp_filter", 0)
        self.client(cable, source="10.54.0.2").send(query(WWW))
        self.assert_taken(cable, server, by_xdp=0, by_sockets=1)
        cable.server.ip("route", "replace", "10.54.0.0/24", "via", CLIENT4)
        self.assertEqual(exchange(self.client(cable, source="10.54.0.2"), query(WWW))[6:8], b"\0\1")
        self.assert_taken(cable, server, by_xdp=1, by_sockets=1)

    def test_frames_that_are_too_large(self) -> None:
        cable = self.connect()
        for namespace in (cable.server, cable.client):
            namespace.ip("link", "set", LINK, "mtu", "3000")
        server = self.serve(cable)
        for version in BOTH:
            self.assertEqual(exchange(self.client(cable, version), padded(query(WWW), 2000))[6:8], b"\0\1")
        self.assert_taken(cable, server, by_xdp=0, by_sockets=2)

    def test_a_way_back_that_is_too_narrow_for_an_answer(self) -> None:
        cable = self.connect()
        server = self.serve(cable)
        for mtu, by_xdp, by_sockets in ((1259, 0, 1), (1260, 1, 1)):
            cable.server.ip("route", "replace", "10.53.0.0/24", "dev", LINK, "src", SERVER4, "mtu", "lock", str(mtu))
            self.assertEqual(exchange(self.client(cable), query(WWW))[6:8], b"\0\1")
            self.assert_taken(cable, server, by_xdp, by_sockets)

    def test_a_query_that_comes_by_another_router_than_its_answer_goes(self) -> None:
        cable = self.connect()
        server = self.serve(cable)
        client, wire = self.client(cable), self.wire(cable)
        packet = ipv4(CLIENT4, SERVER4, datagram(CLIENT4, SERVER4, PORT, query(WWW), source_port=client.getsockname()[1]))
        wire.send(ethernet("02:00:00:00:00:77", SERVER_MAC, packet))
        self.assertEqual(client.recv(512)[6:8], b"\0\1")
        self.assert_taken(cable, server, by_xdp=1, by_sockets=0)

    def test_a_neighbor_that_is_not_known_yet(self) -> None:
        cable = self.connect()
        server = self.serve(cable)
        cable.server.ip("neighbor", "delete", CLIENT4, "lladdr", CLIENT_MAC, "dev", LINK)
        client = self.client(cable)
        self.assertEqual(exchange(client, query(WWW))[6:8], b"\0\1")
        self.assert_taken(cable, server, by_xdp=0, by_sockets=1)
        eventually(lambda: exchange(client, query(WWW)) and self.received(cable, server)[0] > 0, "the kernel has learned it")


class Frames(XdpTest):
    """Frames that no system sends."""

    def test_each_is_answered_dropped_or_left_to_the_kernel(self) -> None:
        cable = self.connect()
        server = self.serve(cable)
        for address in (CLIENT4, CLIENT6):
            cable.server.ip("route", "add", "default", "via", address)  # there is a way to every address
        wire, client = self.wire(cable), self.client(cable)
        message = query(WWW)
        before = self.counters(cable, server)
        for name, frame, end in self.frames(message):
            with self.subTest(name):
                wire.send(frame)
                exchange(client, message)  # comes behind it, so that it has been seen by then
                after = self.counters(cable, server)
                counted = Counter({key: after[key] - before[key] for key in after if key.startswith("xdp_")})
                self.assertEqual(counted - ANSWERED, end)
                before = after

    @staticmethod
    def frames(message: bytes):
        """Each with its name and what is counted of it."""
        def four(packet: bytes, to: str = SERVER_MAC, tag: bytes = b"") -> bytes:
            return ethernet(CLIENT_MAC, to, packet, tag)

        def udp4(source: str = CLIENT4, destination: str = SERVER4, **options) -> bytes:
            return datagram(source, destination, PORT, message, **options)

        def udp6(source: str = CLIENT6, destination: str = SERVER6, **options) -> bytes:
            return datagram(source, destination, PORT, message, **options)

        good4, good6 = ipv4(CLIENT4, SERVER4, udp4()), ipv6(CLIENT6, SERVER6, udp6())
        yield "IPv4", four(good4), ANSWERED
        yield "IPv6", four(good6), ANSWERED
        yield "from another network", four(ipv4("203.0.113.9", SERVER4, udp4(source="203.0.113.9"))), ANSWERED
        yield "from another network over IPv6", four(ipv6("2001:db8::9", SERVER6, udp6(source="2001:db8::9"))), ANSWERED
        yield "with bytes behind it, as short frames have", four(good4 + bytes(20)), ANSWERED
        yield "a wrong UDP checksum", four(ipv4(CLIENT4, SERVER4, udp4(flaw=1))), CHECKSUM
        yield "a wrong UDP checksum over IPv6", four(ipv6(CLIENT6, SERVER6, udp6(flaw=1))), CHECKSUM
        without = udp6()
        yield "no UDP checksum over IPv6", four(ipv6(CLIENT6, SERVER6, without[:6] + b"\0\0" + without[8:])), CHECKSUM
        without = udp4()
        yield "no UDP checksum over IPv4", four(ipv4(CLIENT4, SERVER4, without[:6] + b"\0\0" + without[8:])), ANSWERED
        yield "a wrong header checksum", four(ipv4(CLIENT4, SERVER4, udp4(), flaw=1)), KERNEL
        yield "for another machine", four(good4, to="02:00:00:00:00:99"), KERNEL
        yield "for all machines", four(good4, to="ff:ff:ff:ff:ff:ff"), KERNEL
        yield "a VLAN", four(good4, tag=b"\x81\0\0\7"), KERNEL
        yield "a VLAN in a VLAN", four(good6, tag=b"\x88\xa8\0\7\x81\0\0\7"), KERNEL
        yield "UDP shorter than IP", four(ipv4(CLIENT4, SERVER4, udp4(length=20))), KERNEL
        yield "UDP longer than IP", four(ipv4(CLIENT4, SERVER4, udp4(length=100))), KERNEL
        yield "UDP longer than IPv6", four(ipv6(CLIENT6, SERVER6, udp6(length=100))), KERNEL
        yield "UDP shorter than its header", four(ipv4(CLIENT4, SERVER4, udp4(length=7))), KERNEL
        yield "IP longer than the frame", four(ipv4(CLIENT4, SERVER4, udp4(length=100), length=120)), MALFORMED
        yield "IPv6 longer than the frame", four(ipv6(CLIENT6, SERVER6, udp6(length=100), length=100)), MALFORMED
        yield "another version", four(ipv4(CLIENT4, SERVER4, udp4(), first=0x55)), KERNEL
        yield "a header of four words", four(ipv4(CLIENT4, SERVER4, udp4(), first=0x44)), KERNEL
        yield "a first fragment", four(ipv4(CLIENT4, SERVER4, udp4(), fragment=0x2000)), KERNEL
        yield "a last fragment", four(ipv4(CLIENT4, SERVER4, udp4(), fragment=1)), KERNEL
        yield "a fragment of IPv6", four(ipv6(CLIENT6, SERVER6, bytes([17, 0, 0, 1, 0, 0, 0, 1]) + udp6(), following=44)), KERNEL
        yield "another version under IPv6", four(good6)[:14] + b"\x50" + good6[1:], KERNEL
        yield "not UDP over IPv6", four(ipv6(CLIENT6, SERVER6, udp6(), following=132)), KERNEL
        yield "not UDP", four(ipv4(CLIENT4, SERVER4, udp4(), protocol=132)), KERNEL
        yield "from port 0", four(ipv4(CLIENT4, SERVER4, udp4(source_port=0))), KERNEL
        for source in ("127.0.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", SERVER4):
            yield f"from {source}", four(ipv4(source, SERVER4, udp4(source=source))), KERNEL
        for source in ("::", "::1", "::ffff:10.53.0.2", "fe80::2", "ff0e::1", SERVER6):
            yield f"from {source}", four(ipv6(source, SERVER6, udp6(source=source))), KERNEL
        for size in range(14, len(four(good4)), 7):
            yield f"cut to {size} bytes", four(good4)[:size], MALFORMED if size >= 42 else KERNEL
        for size in range(14, len(four(good6)), 7):
            yield f"IPv6 cut to {size} bytes", four(good6)[:size], MALFORMED if size >= 62 else KERNEL


class Fallback(XdpTest):
    def serve_by_sockets(self, cable: Cable, reason: str, *arguments: str, **options) -> Server:
        """A server that says why, once, and answers."""
        options = {"port": OTHER_PORT} | options
        server = self.enterContext(self.start(cable, *arguments, **options))
        warnings = [line for line in server.lines if "XDP" in line]
        self.assertEqual(len(warnings), 1)
        self.assertRegex(warnings[0], f"warning: XDP is not used on \\w+, only sockets: {reason}")
        self.assertEqual(exchange(self.client(cable, port=OTHER_PORT), query(WWW))[6:8], b"\0\1")
        self.assert_taken(cable, server, by_xdp=0, by_sockets=1)
        return server

    def test_an_interface_that_is_not_there(self) -> None:
        self.serve_by_sockets(self.connect(), "there is no such interface", "--xdp", "eth7")

    def test_no_right_to_load_a_program(self) -> None:
        powerless = ("setpriv", "--bounding-set", "-net_admin,-bpf,-sys_admin", "--inh-caps", "-all")
        self.serve_by_sockets(self.connect(), "cannot load the program.*: Operation not permitted", "--xdp", LINK, under=powerless)

    def test_another_program_on_the_interface(self) -> None:
        cable = self.connect()
        first = self.serve(cable)
        self.serve_by_sockets(cable, "cannot attach the program.*: Device or resource busy", "--xdp", LINK)
        self.assertEqual(exchange(self.client(cable), query(WWW))[6:8], b"\0\1")
        self.assert_taken(cable, first, by_xdp=1, by_sockets=0)

    def test_a_driver_that_cannot(self) -> None:
        """No device has zero copy over veth."""
        self.serve_by_sockets(self.connect(), "cannot open a socket: Operation not supported", "--xdp", f"{LINK},zero-copy")

    def test_routes_that_cannot_be_looked_up(self) -> None:
        cable = self.connect()
        cable.forward_loopback(0)
        reason = "routes cannot be looked up while net.ipv4.conf.lo.forwarding is 0, net.ipv6.conf.lo.forwarding is 0"
        self.serve_by_sockets(cable, reason, "--xdp", LINK)

    def test_routes_of_one_version_only(self) -> None:
        cable = self.connect()
        cable.forward_loopback(0, ("ipv6",))
        server = self.serve(cable)
        self.assertTrue(any("warning: XDP on cable is not used for all addresses" in line for line in server.lines))
        for version in BOTH:
            self.assertEqual(exchange(self.client(cable, version), query(WWW))[6:8], b"\0\1")
        self.assert_taken(cable, server, by_xdp=1, by_sockets=1)

    def test_symmetric_routes_need_no_lookup(self) -> None:
        cable = self.connect()
        cable.forward_loopback(0)
        server = self.serve(cable, xdp=f"{LINK},symmetric")
        for version in BOTH:
            self.assertEqual(exchange(self.client(cable, version), query(WWW))[6:8], b"\0\1")
        wire = self.wire(cable)
        packet = ipv4(CLIENT4, SERVER4, datagram(CLIENT4, SERVER4, PORT, query(WWW)))
        wire.send(ethernet(CLIENT_MAC, "02:00:00:00:00:99", packet))  # for another machine
        exchange(self.client(cable), query(WWW))
        self.assert_taken(cable, server, by_xdp=3, by_sockets=0)


class Rights(XdpTest):
    NEEDED = "+net_bind_service,+net_raw,+net_admin,+bpf"  # as docs/transports.md has it
    NOBODY = "65534"

    def test_nobody_with_four_capabilities_can(self) -> None:
        program = self.folder / "loadstar"  # the checkout may be closed to others
        shutil.copy(PROGRAM, program)
        cable = self.connect()
        server = self.serve(cable, program=program, under=(
            "prlimit", f"--memlock={8 << 20}", "setpriv", "--reuid", self.NOBODY, "--regid", self.NOBODY, "--clear-groups",
            "--inh-caps", self.NEEDED, "--ambient-caps", self.NEEDED, "--bounding-set", f"-all,{self.NEEDED}"))
        self.assertEqual(exchange(self.client(cable), query(WWW))[6:8], b"\0\1")
        self.assert_taken(cable, server, by_xdp=1, by_sockets=0)


class End(XdpTest):
    def has_program(self, cable: Cable) -> bool:
        return "prog/xdp" in cable.server.ip("link", "show", "dev", LINK)

    def test_the_program_goes_with_the_server(self) -> None:
        cable = self.connect()
        for ending in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(ending.name):
                server = self.serve(cable)
                self.assertTrue(self.has_program(cable))
                server.send(ending)
                server.process.wait(PATIENCE)
                eventually(lambda: not self.has_program(cable), "the program is gone")
        self.serve(cable)

    def test_an_interface_that_goes_away_leaves_the_others(self) -> None:
        cable = self.connect()
        server = self.serve(cable)
        exchange(self.client(cable), query(WWW))
        cable.server.ip("link", "delete", LINK)
        with cable.server.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE)
            client.connect(("127.0.0.1", PORT))
            self.assertEqual(exchange(client, query(WWW))[6:8], b"\0\1")
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    if reason := why_not():
        raise SystemExit(print(f"skipped: {reason}") or 77)
    main()
