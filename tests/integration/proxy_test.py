"""A front before the server that tells whose query it is (PROXY protocol, version 2): dnsdist."""
from __future__ import annotations

import json
import shutil
import socket
import subprocess
import unittest

from dns_client import connect, framed, is_closed, query, receive, split
from harness import PATIENCE, FolderTest, Server, dig, eventually, main

WWW = "www.example.com"
ZONE = {
    "zone": "example.com",
    "pools": {
        "near": {"endpoints": [{"id": "near", "a": "192.0.2.1"}]},
        "far": {"endpoints": [{"id": "far", "a": "192.0.2.2"}]},
    },
    "policies": {"www": {"rules": [{"match": {"cidrs": ["127.0.0.2"]}, "pools": ["near"]}, {"pools": ["far"]}]}},
    "records": {"@": {"NS": "ns1"}, "ns1": {"A": "192.0.2.53"}, "www": {"steer": "www"}},
}


def free_address() -> str:
    """Free for both protocols a moment ago."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return "127.0.0.1:{}".format(tcp.getsockname()[1])


class ProxyTest(FolderTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("example.json", ZONE)

    def serve_proxied(self) -> Server:
        file = self.folder / "dns.json"
        file.write_text(json.dumps({"proxy_protocol": {"listen": "127.0.0.1:0", "from": "127.0.0.1"}}))
        return self.serve("--config", str(file), "--control", "127.0.0.1:0")

    def total(self, server: Server, counter: str) -> int:
        return sum(worker[counter] for worker in server.status()["workers"])


class WithoutHeader(ProxyTest):
    def test_clients_are_dropped_and_counted(self):
        with self.serve_proxied() as server:
            udp, tcp = server.listening("proxy udp")[0], server.listening("proxy tcp")[0]
            self.assertEqual(udp, tcp)
            with socket.socket(type=socket.SOCK_DGRAM) as client:
                client.sendto(query(WWW), split(udp))
                eventually(lambda: self.total(server, "udp_proxy_headers") == 1, "the datagram is counted")
            with connect(tcp) as client:
                client.sendall(framed(query(WWW)))
                self.assertTrue(is_closed(client))
            metrics = server.api("/metrics")[1]
            self.assertIn('loadstar_udp_dropped_total{reason="proxy_header"} 1', metrics)
            self.assertIn('loadstar_tcp_connections_closed_total{reason="proxy_header"} 1', metrics)

    def test_a_header_is_not_for_the_other_listeners(self):
        """It would let anybody say who they are."""
        with self.serve_proxied() as server, connect(server.address) as client:
            client.sendall(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0" + framed(query(WWW)))
            self.assertEqual(receive(client), b"")


@unittest.skipUnless(shutil.which("dnsdist"), "dnsdist is not installed")
class Dnsdist(ProxyTest):
    def start_front(self, server: Server) -> str:
        """dnsdist on a free address; returns that."""
        address = free_address()
        file = self.folder / "dnsdist.conf"
        file.write_text(f'setLocal("{address}")\n'
                        f'newServer({{address="{server.listening("proxy udp")[0]}", useProxyProtocol=true, checkName="{WWW}."}})\n')
        front = subprocess.Popen(["dnsdist", "--supervised", "--disable-syslog", "-C", str(file)], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(front.wait, PATIENCE)
        self.addCleanup(front.terminate)
        eventually(lambda: "status: NOERROR" in dig(address, WWW), "dnsdist answers")
        return address

    def short(self, front: str, client: str, *arguments: str) -> str:
        return dig(front, WWW, "-b", client, "+short", *arguments).strip()

    def test_the_client_decides_not_the_front(self):
        with self.serve_proxied() as server:
            front = self.start_front(server)
            for transport in ("+notcp", "+tcp"):
                self.assertEqual(self.short(front, "127.0.0.2", transport), "192.0.2.1")
                self.assertEqual(self.short(front, "127.0.0.3", transport), "192.0.2.2")
            self.assertEqual(self.total(server, "udp_proxy_headers"), 0)


if __name__ == "__main__":
    main()
