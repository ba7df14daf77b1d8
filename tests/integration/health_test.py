"""Endpoints come and go, and the answers with them; the control API tells what is known of them."""
import json
import socket
import unittest

from harness import FolderTest, eventually, main, run


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


if __name__ == "__main__":
    main()
