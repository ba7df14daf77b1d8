"""How a server starts, or says why it does not, and how it ends."""
import os
import re
import signal
import socket
import unittest
from pathlib import Path

from harness import FolderTest, Server, dig, has_ipv6, main, run


class Start(FolderTest):
    def refusal(self, *arguments: str) -> str:
        """Why the server does not start, all of it."""
        done = run("dns", "--zones", str(self.zones), *arguments)
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stderr

    def test_an_occupied_port(self):
        for kind, protocol in ((socket.SOCK_DGRAM, "udp"), (socket.SOCK_STREAM, "tcp")):
            with socket.socket(socket.AF_INET, kind) as other:
                other.bind(("127.0.0.1", 0))
                if kind == socket.SOCK_STREAM:
                    other.listen()
                address = f"127.0.0.1:{other.getsockname()[1]}"
                self.assertEqual(self.refusal("--listen", address),
                                 f"loadstar: cannot listen on {address} ({protocol}): address already in use\n")

    def test_a_second_server_on_the_same_port(self):
        with self.serve() as first:
            self.assertIn("address already in use", self.refusal("--listen", first.address))

    def test_an_occupied_port_of_the_control_api(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            address = f"127.0.0.1:{other.getsockname()[1]}"
            self.assertIn(f"cannot listen on {address} (control): address already in use",
                          self.refusal("--listen", "127.0.0.1:0", "--control", address))

    def test_a_missing_database(self):
        missing = self.folder / "GeoLite2-City.mmdb"
        error = self.refusal("--listen", "127.0.0.1:0", "--geoip", str(missing))
        self.assertEqual(len(error.splitlines()), 1)
        self.assertIn(str(missing), error)

    def test_a_database_that_is_none(self):
        broken = self.folder / "broken.mmdb"
        broken.write_bytes(b"\xab\xcd\xefMaxMind.com but nothing else")
        self.assertIn(str(broken), self.refusal("--listen", "127.0.0.1:0", "--geoip", str(broken)))

    def test_an_unreadable_file(self):
        self.write("secret.json", "{}").chmod(0)
        options = {"user": "nobody"} if os.geteuid() == 0 else {}  # root may read everything
        try:
            done = run("dns", "--zones", str(self.zones), "--listen", "127.0.0.1:0", **options)
        except PermissionError:
            self.skipTest("nobody cannot run the program")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("secret.json: cannot be read: ", done.stderr)

    def test_every_mistake_is_told_and_nothing_is_bound(self):
        self.write("one.json", '{ "zone": "one.example" ')
        self.write("two.json", '{ "zone": "two.example", "records": { "@": { "NS": "ns1" }, "x": { "A": "1.2.3" } } }')
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            error = self.refusal("--listen", f"127.0.0.1:{other.getsockname()[1]}")
        self.assertIn("one.json:1:", error)
        self.assertIn("two.json:1:", error)
        self.assertNotIn("cannot listen", error)

    def test_an_unknown_user(self):
        if os.geteuid() != 0:
            self.skipTest("not root")
        self.assertIn("no-such-user", self.refusal("--listen", "127.0.0.1:0", "--user", "no-such-user"))

    def test_a_configuration_file(self):
        config = self.folder / "dns.json"
        config.write_text('{ "listen": ["127.0.0.1:0"], "zones": ["zones"], "workers": 1, "identity": "node-7" }')
        config.chmod(0o644)
        with Server("--config", str(config)) as server:
            self.assertIn("node-7", server.ask("www.example.com", "+nsid"))

    def test_it_ends_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.serve() as server:
                server.send(number)
                self.assertEqual(server.process.wait(30), 0)
                server.wait_for("stopped$")

    def test_it_ends_while_it_waits_for_the_first_probes(self):
        # Nobody answers at this address (RFC 5737), so that the first round takes all of its time.
        self.write("slow.json", {"zone": "slow.example", "records": {
            "@": {"NS": "ns1", "steer": {"monitor": {"type": "tcp", "port": 9, "timeout": "20s", "interval": "30s"},
                                         "endpoints": [{"a": "192.0.2.99"}]}}, "ns1": {"A": "192.0.2.53"}}})
        server = self.serve()
        try:
            server.wait_for("waiting for the first probes")
        finally:
            code = server.stop()
        self.assertEqual(code, 0)

    def test_root_is_given_up(self):
        if os.geteuid() != 0:
            self.skipTest("not root")
        with self.serve() as server:
            status = self.status_of(server)
            self.assertNotIn("0", status["Uid"].split())
            self.assertNotIn("0", status["Gid"].split())
            self.assertEqual(int(status["CapEff"], 16), 0)
            self.assertEqual(int(status["CapPrm"], 16), 0)
            self.assertEqual(status["NoNewPrivs"], "1")
            self.assertEqual(server.short("www.example.com"), ["192.0.2.1"])
        with self.serve("--user", "root") as server:
            self.assertEqual(set(self.status_of(server)["Uid"].split()), {"0"})

    def test_system_calls_are_denied_in_every_thread(self):
        config = self.folder / "dns.json"
        config.write_text('{ "workers": 2 }')
        config.chmod(0o644)
        with self.serve("--config", str(config)) as server:
            if any("no system calls are denied (seccomp): Function not implemented" in line for line in server.lines):
                self.skipTest("built without libseccomp")
            server.wait_for(r"\d+ system calls are denied \(seccomp\)")
            self.assertEqual(self.status_of(server)["Seccomp"], "2")
            self.assertEqual(server.short("www.example.com", "+tcp"), ["192.0.2.1"])
            server.send(signal.SIGHUP)
            server.wait_for("serving 1 zones", server.wait_for("SIGHUP"))
        config.write_text('{ "workers": 2, "seccomp": false }')
        ours = re.search(r"^Seccomp:\s+(\d)$", Path("/proc/self/status").read_text(), re.MULTILINE)[1]
        with self.serve("--config", str(config)) as server:
            self.assertEqual(self.status_of(server)["Seccomp"], ours)

    def status_of(self, server: Server) -> dict[str, str]:
        """Of every thread the same, or it is no use."""
        found = []
        for task in Path(f"/proc/{server.process.pid}/task").iterdir():
            lines = (task / "status").read_text().splitlines()
            found.append({key: value.strip() for key, value in (line.split(":", 1) for line in lines)})
        keys = ("Uid", "Gid", "CapEff", "CapPrm", "NoNewPrivs", "Seccomp")
        self.assertEqual(len({tuple(one[key] for key in keys) for one in found}), 1)
        return found[0]

    def test_the_service_manager_is_told(self):
        path = str(self.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            os.chmod(path, 0o777)
            manager.settimeout(30)
            with self.serve(environment={"NOTIFY_SOCKET": path}) as server:
                self.assertEqual(manager.recv(1000), b"READY=1")
                server.send(signal.SIGHUP)
                self.assertRegex(manager.recv(1000), rb"^RELOADING=1\nMONOTONIC_USEC=\d+$")
                self.assertEqual(manager.recv(1000), b"READY=1")
            self.assertEqual(manager.recv(1000), b"STOPPING=1")


class Addresses(FolderTest):
    def test_udp_and_tcp(self):
        with self.serve() as server:
            self.assertEqual(server.short("www.example.com"), ["192.0.2.1"])
            self.assertEqual(server.short("www.example.com", "+tcp"), ["192.0.2.1"])
            self.assertEqual(server.listening("udp"), server.listening("tcp"))

    def test_ipv6(self):
        if not has_ipv6():
            self.skipTest("no IPv6")
        with self.serve(listen="[::1]:0") as server:
            self.assertEqual(server.short("www.example.com"), ["192.0.2.1"])
            self.assertEqual(server.short("www.example.com", "+tcp"), ["192.0.2.1"])

    def test_several_addresses(self):
        with self.serve("--listen", "127.0.0.2:0", "--listen", "127.0.0.3:0") as server:
            self.assertEqual(len(server.listening()), 3)
            for address in server.listening():
                self.assertIn("192.0.2.1", server.ask("www.example.com", "+short"), address)

    def test_a_wildcard_replies_from_the_address_that_was_asked(self):
        # dig refuses a reply from another address ("reply from unexpected source").
        with self.serve(listen="0.0.0.0:0") as server:
            port = server.address.rsplit(":", 1)[1]
            for address in ("127.0.0.1", "127.0.0.2", "127.1.2.3"):
                output = dig(f"{address}:{port}", "www.example.com")
                self.assertIn("192.0.2.1", output)
                self.assertIn(f"SERVER: {address}#{port}", output)
                self.assertNotIn("unexpected source", output)


if __name__ == "__main__":
    main()
