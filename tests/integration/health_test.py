"""Endpoints come and go, and the answers with them; the control API tells what is known of them."""
import json
import os
import socket
import ssl
import subprocess
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness import PATIENCE, FolderTest, eventually, main, run


def listener(address: str, port: int = 0) -> socket.socket:
    return socket.create_server((address, port), backlog=64)


class Health(FolderTest):
    def setUp(self) -> None:
        super().setUp()
        self.first = listener("127.0.0.1")
        self.addCleanup(lambda: self.first.close())  # whichever it is by then
        self.port = self.first.getsockname()[1]
        self.second = listener("127.0.0.2", self.port)
        self.addCleanup(self.second.close)
        self.write("steered.json", {
            "zone": "steered.example",
            "monitors": {"tcp": {"type": "tcp", "port": self.port, "interval": "200ms", "timeout": "100ms", "fall": 2,
                                 "rise": 1}},
            "pools": {"one": {"monitor": "tcp", "endpoints": [{"id": "a", "a": "127.0.0.1"}]},
                      "two": {"monitor": "tcp", "endpoints": [{"id": "b", "a": "127.0.0.2"}]}},
            "policies": {"www": {"rules": [{"pools": ["one", "two"]}]}},
            "records": {"@": {"NS": "ns.example.com."}, "www": {"steer": "www"}}})

    def test_an_endpoint_goes_down_and_comes_back(self):
        with self.serve("--control", "127.0.0.1:0") as server:
            self.assertEqual(server.short("www.steered.example"), ["127.0.0.1"])
            self.first.close()
            eventually(lambda: server.short("www.steered.example") == ["127.0.0.2"], "failover")
            server.wait_for(f"127.0.0.1:{self.port} is down: ")
            pool = next(one for one in server.status()["pools"] if one["pool"].endswith("/one"))
            self.assertFalse(pool["usable"])
            self.assertEqual(pool["endpoints"][0]["state"], "down")
            self.assertIn("refused", pool["endpoints"][0]["probe"])
            self.assertIsNotNone(pool["endpoints"][0]["since"])
            self.assertIn('endpoint="a",address="127.0.0.1"} 0', server.api("/metrics")[1])
            self.first = listener("127.0.0.1", self.port)
            eventually(lambda: server.short("www.steered.example") == ["127.0.0.1"], "recovery")

    def test_what_is_down_at_start_is_never_answered(self):
        self.first.close()
        with self.serve() as server:
            self.assertEqual(server.short("www.steered.example"), ["127.0.0.2"])

    def test_a_reload_loses_no_verdict(self):
        self.first.close()
        with self.serve("--control", "127.0.0.1:0") as server:
            code, body = server.api("/v1/reload", "POST")
            self.assertEqual((code, json.loads(body)), (200, []))
            self.assertEqual(server.short("www.steered.example"), ["127.0.0.2"])

    def test_a_reload_tells_its_mistakes(self):
        with self.serve("--control", "127.0.0.1:0") as server:
            self.write("example.json", self.zone_with("192.0.2.300"))
            code, body = server.api("/v1/reload", "POST")
            self.assertEqual(code, 422)
            self.assertIn("192.0.2.300", json.loads(body)[0]["message"])

    def test_explain_by_a_running_server(self):
        with self.serve("--control", "127.0.0.1:0") as server:
            url = "http://" + server.listening("control")[0]
            done = run("explain", "www.steered.example", "A", "--client", "192.0.2.7", "--server", url)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("127.0.0.1", done.stdout)
            self.first.close()
            eventually(lambda: server.short("www.steered.example") == ["127.0.0.2"], "failover")
            done = run("explain", "www.steered.example", "--client", "192.0.2.7", "--server", url, "--json")
            self.assertEqual(json.loads(done.stdout)["answer"], ["127.0.0.2"])
            done = run("explain", "www.steered.example", "WRONG", "--client", "192.0.2.7", "--server", url)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr, 'loadstar: "WRONG" is not a record type\n')

    def test_status_and_metrics_count_queries(self):
        with self.serve("--control", "127.0.0.1:0") as server:
            for _ in range(3):
                server.short("www.example.com")
            server.ask("nothing.example.com")
            workers = server.status()["workers"]
            self.assertEqual(sum(one["queries"]["answered"] for one in workers), 3)
            self.assertIn('loadstar_queries_total{reason="nx_domain"} 1\n', server.api("/metrics")[1])


class Restart(FolderTest):
    """What was known before a restart is known after it, without a probe."""

    def setUp(self) -> None:
        super().setUp()
        # Takes connections and says nothing: a probe ends by its time.
        silent = listener("127.0.0.1")
        self.addCleanup(silent.close)
        self.port = silent.getsockname()[1]
        self.write("steered.json", {
            "zone": "steered.example",
            "monitors": {"slow": {"type": "http", "port": self.port, "interval": "30s", "timeout": "2s"}},
            "pools": {"one": {"monitor": "slow", "endpoints": [{"a": "127.0.0.1"}]}, "two": {"endpoints": [{"a": "192.0.2.2"}]}},
            "policies": {"www": {"rules": [{"pools": ["one", "two"]}]}},
            "records": {"@": {"NS": "ns.example.com."}, "www": {"steer": "www"}}})
        self.state = self.folder / "state"
        self.state.mkdir()
        self.state.chmod(0o777)  # whoever the server becomes writes there
        self.verdicts = self.state / "verdicts.txt"
        (self.folder / "dns.json").write_text(json.dumps({"state": str(self.state)}))

    def start(self):
        return self.serve("--config", str(self.folder / "dns.json"), "--control", "127.0.0.1:0")

    def test_verdicts_outlive_the_process(self):
        with self.start() as server:  # which waits for the first probe
            self.assertEqual(server.short("www.steered.example"), ["192.0.2.2"])
            first = server.status()["pools"]
        self.assertRegex(self.verdicts.read_text(), rf"(?m)^down \d+ \d+ 0 0 - http 127\.0\.0\.1:{self.port} [0-9a-f]{{16}}$")
        with self.start() as server:
            server.wait_for("recalling the verdicts of 1 targets")
            self.assertEqual(server.short("www.steered.example"), ["192.0.2.2"])
            pool = next(one for one in server.status()["pools"] if one["pool"].endswith("/one"))
            before = next(one for one in first if one["pool"].endswith("/one"))
            self.assertEqual(pool["endpoints"][0]["state"], "down")
            self.assertEqual(pool["endpoints"][0]["probe"], "not probed since the start")
            self.assertEqual(pool["endpoints"][0]["probes"], 0)
            self.assertEqual(pool["endpoints"][0]["since"][:16], before["endpoints"][0]["since"][:16])

    def test_a_damaged_file_is_set_aside(self):
        self.verdicts.write_text("loadstar-verdicts 1\nup 1 2 3")
        with self.start() as server:
            server.wait_for("verdicts.txt: is not whole: its checksum is wrong; it is set aside as verdicts.txt.damaged")
            self.assertEqual(server.short("www.steered.example"), ["192.0.2.2"])
        self.assertEqual((self.state / "verdicts.txt.damaged").read_text(), "loadstar-verdicts 1\nup 1 2 3")
        self.assertIn("checksum", self.verdicts.read_text())


class Site(BaseHTTPRequestHandler):
    """What stands behind an endpoint."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ready")

    def log_message(self, *_) -> None:
        pass


class Https(FolderTest):
    """A site over TLS whose certificate changes, and another one that steps in."""

    NAME = "www.site.example"

    def setUp(self) -> None:
        super().setUp()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.use_certificate_for(self.NAME)
        self.site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        self.site.socket = self.tls.wrap_socket(self.site.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.site.serve_forever, daemon=True).start()
        self.addCleanup(self.site.server_close)
        self.addCleanup(self.site.shutdown)

    def use_certificate_for(self, name: str, days: int = 30) -> None:
        files = [str(self.folder / f"{name}-{days}.{kind}") for kind in ("pem", "key")]
        if not Path(files[0]).exists():
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                            "-days", str(days), "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                            "-out", files[0], "-keyout", files[1]], check=True, capture_output=True, timeout=PATIENCE)
        self.tls.load_cert_chain(*files)
        (self.folder / "roots.pem").write_text(Path(files[0]).read_text())  # so that only what else is wrong is wrong

    def serve_site(self, **monitor):
        probe = {"type": "https", "port": self.site.server_port, "host": self.NAME, "ca_file": str(self.folder / "roots.pem"),
                 "interval": "300ms", "timeout": "250ms", "fall": 1, "rise": 1, "expect": {"body": "ready"}, **monitor}
        self.write("site.json", {
            "zone": "site.example", "monitors": {"site": probe},
            "pools": {"one": {"monitor": "site", "endpoints": [{"a": "127.0.0.1"}]}, "two": {"endpoints": [{"a": "192.0.2.2"}]}},
            "policies": {"www": {"rules": [{"pools": ["one", "two"]}]}},
            "records": {"@": {"NS": "ns.example.com."}, "www": {"steer": "www"}}})
        return self.serve("--control", "127.0.0.1:0")

    def probe_text(self, server) -> str:
        return next(one for one in server.status()["pools"] if one["pool"].endswith("/one"))["endpoints"][0]["probe"]

    def answers(self, server, address: str, why: str) -> None:
        eventually(lambda: server.short(self.NAME) == [address] and why in self.probe_text(server), f"{address}: {why}")

    def test_a_site_whose_certificate_is_for_another_is_down_until_it_has_its_own(self):
        with self.serve_site() as server:
            self.answers(server, "127.0.0.1", 'status 200, body has "ready"')
            self.use_certificate_for("mail.site.example")
            self.answers(server, "192.0.2.2", "certificate: hostname mismatch")
            self.use_certificate_for(self.NAME)
            self.answers(server, "127.0.0.1", "status 200")

    def test_a_site_whose_certificate_ends_soon_is_down_until_it_is_renewed(self):
        self.use_certificate_for(self.NAME, 5)
        with self.serve_site(min_days_left=14) as server:
            self.answers(server, "192.0.2.2", "14 wanted")
            self.use_certificate_for(self.NAME, 90)
            self.answers(server, "127.0.0.1", "status 200")


class Report(threading.Thread):
    """A site's agent: says a line to everybody who connects, and one request's worth to who asks for more."""

    def __init__(self, test, line: str) -> None:
        super().__init__(daemon=True)
        self.line = line
        self.socket = listener("127.0.0.1")
        self.port = self.socket.getsockname()[1]
        test.addCleanup(self.join)
        test.addCleanup(self.socket.close)
        test.addCleanup(self.socket.shutdown, socket.SHUT_RDWR)
        self.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.sendall(self.line.encode())


class Kinds(FolderTest):
    """Each kind of probe by the server itself, with its filter of system calls and without its privileges."""

    TIMES = {"interval": "200ms", "timeout": "150ms", "fall": 1, "rise": 1}

    def site(self, monitor: dict | str, others: dict | None = None, balance: str = "round-robin") -> None:
        """Two pools: one with the monitor, and one that steps in."""
        self.write("site.json", {
            "zone": "site.example", "monitors": others or {},
            "pools": {"one": {"monitor": monitor, "balance": balance,
                              "endpoints": [{"id": "a", "a": "127.0.0.1", "weight": 10}]},
                      "two": {"endpoints": [{"a": "192.0.2.2"}]}},
            "policies": {"www": {"rules": [{"pools": ["one", "two"]}]}},
            "records": {"@": {"NS": "ns.example.com."}, "www": {"steer": "www"}}})

    def start(self):
        return self.serve("--control", "127.0.0.1:0")

    def endpoint(self, server) -> dict:
        return next(one for one in server.status()["pools"] if one["pool"].endswith("/one"))["endpoints"][0]

    def answers(self, server, address: str, why: str) -> None:
        def holds() -> bool:
            return server.short("www.site.example") == [address] and why in self.endpoint(server)["probe"]
        try:
            eventually(holds, f"{address}: {why}")
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.endpoint(server)}") from None

    def test_icmp(self):
        self.site({"type": "icmp", **self.TIMES})
        with self.start() as server:
            text = self.endpoint(server)["probe"]
            if text == "this machine does not let us send ICMP":
                self.skipTest(text)
            self.answers(server, "127.0.0.1", "echo reply")

    def test_tcp_talk(self):
        site = Report(self, "+PONG\r\n")
        self.site({"type": "tcp", "port": site.port, "expect": "PONG", **self.TIMES})
        with self.start() as server:
            self.answers(server, "127.0.0.1", 'answer has "PONG"')
            site.line = "-LOADING\r\n"
            self.answers(server, "192.0.2.2", 'no "PONG" in the first 10 bytes')

    def test_dns(self):
        with self.serve() as other:
            port = int(other.address.rsplit(":", 1)[1])
            asked = {"type": "dns", "port": port, "query": {"name": "www.example.com."}, **self.TIMES}
            self.site(asked | {"expect": {"rdata": "192.0.2.1"}})
            with self.start() as server:
                self.answers(server, "127.0.0.1", "1 A as wanted")
                self.site(asked | {"expect": {"rdata": "192.0.2.7"}})
                self.answers(server, "192.0.2.2", "0 of 1 wanted among 1 A")
                self.site(asked | {"expect": {"rdata": "192.0.2.700"}})
                server.wait_for('"192.0.2.700" is not an IPv4 address')
                self.site(asked | {"expect": {"rcode": ["NXDOMAIN"]}})
                self.answers(server, "192.0.2.2", "NOERROR, wanted NXDOMAIN")

    def test_exec(self):
        flag = self.folder / "flag"
        script = f'echo "$LOADSTAR_ADDRESS $(id -u) $(ls /proc/self/fd | wc -l)"; [ ! -e {flag} ]'
        self.site({"type": "exec", "command": ["/bin/sh", "-c", script], **self.TIMES, "interval": "2s", "timeout": "1900ms"})
        with self.start() as server:
            self.answers(server, "127.0.0.1", "exit status 0: 127.0.0.1 ")
            uid, descriptors = self.endpoint(server)["probe"].split()[-2:]
            self.assertEqual(descriptors, "4")  # of ls: three and the folder
            if os.geteuid() == 0:
                self.assertNotEqual(uid, "0")
            flag.touch()
            self.answers(server, "192.0.2.2", "exit status 1: 127.0.0.1 ")

    def test_an_exec_monitor_that_comes_too_late(self):
        monitor = {"type": "exec", "command": ["/bin/true"], **self.TIMES}
        self.site({"type": "tcp", "port": 1, **self.TIMES})
        with self.start() as server:
            if not any("system calls are denied (seccomp)" in line for line in server.lines):
                self.skipTest("no seccomp here")
            self.site(monitor)
            eventually(lambda: "may not start programs" in self.endpoint(server)["probe"], "it says so")

    def test_file(self):
        feed = self.folder / "feed"
        feed.write_text("127.0.0.1 up\n")
        self.site({"type": "file", "file": str(feed), **self.TIMES})
        with self.start() as server:
            self.answers(server, "127.0.0.1", "the file says up")
            feed.write_text("127.0.0.1 down\n")
            self.answers(server, "192.0.2.2", "the file says down")
            feed.write_text("nonsense\n")
            self.answers(server, "192.0.2.2", 'no line for the address; line 1 is not "ADDRESS up|down [TTL]"')

    def test_agent(self):
        site = Report(self, "up 50%\n")
        self.site({"type": "agent", "port": site.port, **self.TIMES}, balance="weighted")
        with self.start() as server:
            self.answers(server, "127.0.0.1", 'the agent says "up", 50% of the weight')
            site.line = "drain\n"
            self.answers(server, "192.0.2.2", 'the agent says "drain"')
            site.line = "ready\n"
            self.answers(server, "127.0.0.1", 'the agent says "ready"')

    def test_a_share_of_nothing_leaves_the_clients_to_others(self):
        site = Report(self, "up 0%\n")
        self.write("site.json", {
            "zone": "site.example", "monitors": {"agent": {"type": "agent", "port": site.port, **self.TIMES}},
            "pools": {"one": {"monitor": "agent", "balance": "weighted", "endpoints": [
                {"a": "127.0.0.1", "weight": 1000}, {"a": "127.0.0.2", "weight": 1, "state": "up"}]}},
            "policies": {"www": {"rules": [{"pools": ["one"]}]}},
            "records": {"@": {"NS": "ns.example.com."}, "www": {"steer": "www"}}})
        site.socket_two = listener("127.0.0.2", site.port)
        self.addCleanup(site.socket_two.close)
        with self.start() as server:
            for _ in range(20):
                self.assertEqual(server.short("www.site.example"), ["127.0.0.2"])
            site.line = "up 100%\n"
            eventually(lambda: server.short("www.site.example") == ["127.0.0.1"], "the weight of the file counts again")

    def test_redirects_and_weights_of_http(self):
        class Moved(Site):
            body = b"30"

            def do_GET(self) -> None:
                if self.path == "/weight":
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(type(self).body)
                else:
                    self.send_response(307)
                    self.send_header("Location", "/weight")
                    self.end_headers()

        site = ThreadingHTTPServer(("127.0.0.1", 0), Moved)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        self.addCleanup(site.server_close)
        self.addCleanup(site.shutdown)
        self.site({"type": "http", "port": site.server_port, "follow_redirects": 1, "weight_from": "body",
                   "expect": {"body_regex": "^[0-9]+$"}, **self.TIMES})
        with self.start() as server:
            self.answers(server, "127.0.0.1", 'status 200, body matches "^[0-9]+$", weight 30')
            Moved.body = b"70000"
            self.answers(server, "192.0.2.2", "the body is not a weight: a whole number from 0 to 65535")

    def test_a_combination_names_who_decided(self):
        one, two = Report(self, "up\n"), Report(self, "up\n")
        monitors = {"first": {"type": "agent", "port": one.port, **self.TIMES}, "second": {"type": "agent", "port": two.port, **self.TIMES}}
        self.site("both", monitors | {"both": {"all_of": ["first", "second"]}})
        with self.start() as server:
            self.answers(server, "127.0.0.1", 'the agent says "up"')
            two.line = "maint\n"
            self.answers(server, "192.0.2.2", 'the agent says "maint"')
            self.assertIn(f'monitor "both": "second" (agent 127.0.0.1:{two.port})', self.endpoint(server)["why"])
            self.site("both", monitors | {"both": {"any_of": ["first", "second"]}})
            self.answers(server, "127.0.0.1", 'the agent says "up"')


if __name__ == "__main__":
    main()
