"""Two DNS nodes and three vantages, each on a machine of its own: who is believed, and what dig shows for it."""
from __future__ import annotations

import contextlib
import http.client
import json
import signal
import ssl
import subprocess
import sys
import time
import unittest
from pathlib import Path

from harness import PATIENCE, PROGRAM, FolderTest, Server, eventually, main
from machines import Authority, Network, Redis, Vantage, Web, may_make_machines

VANTAGES = ("asia", "europe", "america")
NODES = ("ns1", "ns2")
SITES = ("tokyo", "paris")
TOKEN = "a-token-that-is-long-enough-{}"
NAME = "www.cluster.example"


class Cluster(FolderTest):
    """The machines, and what runs on them."""

    def setUp(self) -> None:
        super().setUp()
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.net = self.stack.enter_context(Network(*NODES, *VANTAGES, *SITES, "redis", "redis2"))
        self.authority = Authority(self.folder)
        self.webs = {site: self.stack.enter_context(Web(self.net[site])) for site in SITES}
        self.nodes: dict[str, Server] = {}
        self.vantages: dict[str, Vantage] = {}
        for name in (*NODES, *VANTAGES):
            self.token_file(name).write_text(TOKEN.format(name) + "\n")
        self.token_file("nodes").write_text(TOKEN.format("nodes") + "\n")
        self.write_zone()

    def write_zone(self, **monitor) -> None:
        self.write("cluster.json", {
            "zone": "cluster.example",
            "monitors": {"web": {"type": "http", "interval": "200ms", "timeout": "150ms", "fall": 2, "rise": 2,
                                 "flap": False, **monitor}},
            "pools": {site: {"monitor": "web", "endpoints": [{"id": site, "a": self.net[site].address}]} for site in SITES},
            "policies": {"www": {"rules": [{"pools": list(SITES), "on_all_down": "nodata"}]}},
            "records": {"@": {"NS": "ns.example.com."}, "www": {"steer": "www"}}})

    def token_file(self, name: str) -> Path:
        return self.folder / f"{name}.token"

    def url(self, node: str) -> str:
        return f"https://{self.net[node].address}:8054"

    def start_node(self, name: str, state: bool = False, **cluster) -> Server:
        certificate, key = self.authority.certificate(name, self.net[name].address)
        config = {
            "listen": self.net[name].address, "zones": "zones", "control": f"{self.net[name].address}:8053",
            "vantage": name, "user": "root",
            "cluster": {
                "listen": self.net[name].address, "certificate": str(certificate), "key": str(key), "ca_file": "ca.pem",
                "token_file": "nodes.token", "vote": "alone",
                "vantages": [{"name": one, "token_file": f"{one}.token"} for one in VANTAGES],
                **cluster}}
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(config))
        node = Server("--config", str(file), "--workers", "1", under=self.net[name].enter)
        self.nodes[name] = self.stack.enter_context(node)
        return node

    def start_nodes(self, **cluster) -> None:
        for name in NODES:
            self.start_node(name, **cluster)

    def start_pair(self) -> None:
        """Nodes that tell each other over HTTPS."""
        for name, other in zip(NODES, reversed(NODES)):
            self.start_node(name, peers=[{"name": other, "url": self.url(other)}])

    def start_vantages(self, *names: str, nodes: tuple[str, ...] = NODES) -> None:
        for name in names or VANTAGES:
            file = self.folder / f"{name}.json"
            file.write_text(json.dumps({"name": name, "nodes": [self.url(node) for node in nodes], "ca_file": "ca.pem",
                                        "token_file": f"{name}.token", "user": "root"}))
            self.vantages[name] = self.stack.enter_context(Vantage(self.net[name], file))
        for node in nodes:
            eventually(lambda node=node: all(self.state(node, one) == "counts" and self.sees(node, one) for one in self.vantages),
                       f"that {node} hears every vantage")

    # What can be seen.

    def answer(self, node: str) -> list[str]:
        machine = self.net[node]
        command = ["dig", f"@{machine.address}", "+short", "+norecurse", "+time=2", "+tries=1", NAME, "A"]
        return sorted(machine.run(*command).split())

    def control(self, node: str, path: str) -> str:
        machine = self.net[node]
        with machine.inside():
            connection = http.client.HTTPConnection(machine.address, 8053, timeout=PATIENCE)
            connection.connect()
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read().decode()

    def status(self, node: str) -> dict:
        return json.loads(self.control(node, "/v1/status"))

    def vantage(self, node: str, name: str) -> dict:
        return next((one for one in self.status(node)["vantages"] if one["vantage"] == name), {})

    def state(self, node: str, name: str) -> str:
        return self.vantage(node, name).get("state", "unknown")

    def sees(self, node: str, name: str) -> int:
        one = self.vantage(node, name)
        return one.get("up", 0) + one.get("down", 0) == len(SITES)

    def endpoint(self, node: str, site: str) -> dict:
        pool = next(one for one in self.status(node)["pools"] if one["pool"].endswith(site))
        return pool["endpoints"][0]

    def site_of(self, node: str) -> str:
        """Whose address the node answers with; "" for none."""
        addresses = self.answer(node)
        return next((site for site in SITES if addresses == [self.net[site].address]), "")

    def becomes(self, site: str, *nodes: str, what: str = "") -> float:
        """Waits until the nodes answer with the site; returns the seconds that it took."""
        started = time.monotonic()
        for node in nodes or tuple(self.nodes):
            eventually(lambda node=node: self.site_of(node) == site, f"{node} answers with {site or 'nothing'} {what}")
        return time.monotonic() - started

    def stays(self, site: str, *nodes: str, seconds: float = 1.5) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for node in nodes or tuple(self.nodes):
                self.assertEqual(self.site_of(node), site)
            time.sleep(0.1)

    def metric(self, node: str, name: str) -> float:
        lines = self.control(node, "/metrics").splitlines()
        return next(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"loadstar_{name} "))


class Vantages(Cluster):
    def test_most_vantages_decide(self):
        self.start_nodes()
        self.start_vantages()
        self.becomes("tokyo")
        self.net["asia"].cut_off(self.net["tokyo"])
        for node in NODES:
            eventually(lambda node=node: self.vantage(node, "asia")["down"] == 1, "asia sees it down")
        self.stays("tokyo")
        endpoint = self.endpoint("ns1", "tokyo")
        self.assertEqual(endpoint["state"], "up")
        self.assertIn("2 of 3 vantages say up", endpoint["why"])
        votes = {vote["vantage"]: vote["verdict"] for vote in endpoint["votes"]}
        self.assertEqual({name: votes[name] for name in VANTAGES}, {"asia": "down", "europe": "up", "america": "up"})

        self.net["europe"].cut_off(self.net["tokyo"])
        self.becomes("paris", what="when two of three cannot reach tokyo")
        self.assertIn("1 of 3 vantages say up", self.endpoint("ns2", "tokyo")["why"])

        self.net["asia"].join(self.net["tokyo"])
        self.becomes("tokyo", what="when one of them can again")

    def test_a_vantage_that_is_cut_off_is_left_out(self):
        self.write_zone(quorum="100%")
        self.start_nodes()
        self.start_vantages()
        self.becomes("tokyo")
        self.net["asia"].cut_off(*(self.net[site] for site in SITES))
        for node in NODES:
            eventually(lambda node=node: self.state(node, "asia") == "cut_off", f"{node} leaves asia out")
            self.nodes[node].wait_for("vantage asia sees everything down while others do not")
        self.becomes("tokyo")
        self.stays("tokyo")
        self.assertEqual(self.metric("ns1", 'vantage_counts{vantage="asia"}'), 0)
        self.net["asia"].join(*(self.net[site] for site in SITES))
        for node in NODES:
            eventually(lambda node=node: self.state(node, "asia") == "counts", f"{node} counts asia again")

    def test_a_vantage_that_falls_silent_counts_no_more_and_alone_the_node_does(self):
        self.start_nodes()
        self.start_vantages("asia", "europe")
        self.becomes("tokyo")
        self.assertEqual(self.state("ns1", "ns1"), "spare")
        self.net["ns1"].cut_off(self.net["asia"], self.net["europe"])
        for name in ("asia", "europe"):
            eventually(lambda name=name: self.state("ns1", name) == "silent", f"{name} is silent")
        eventually(lambda: self.state("ns1", "ns1") == "counts", "ns1 counts")
        self.stays("tokyo")
        self.webs["tokyo"].stop()
        self.becomes("paris")  # ns1 by its own probes
        self.net["ns1"].join(self.net["asia"], self.net["europe"])
        eventually(lambda: self.state("ns1", "asia") == "counts", "asia is heard again")
        self.webs["tokyo"].start()
        self.becomes("tokyo")

    def test_an_outage_is_one_for_all(self):
        self.start_nodes()
        self.start_vantages()
        self.becomes("tokyo")
        for site in SITES:
            self.webs[site].stop()
        self.becomes("", what="when nothing is up")
        self.assertTrue(all(self.state("ns1", name) == "counts" for name in VANTAGES))
        self.webs["paris"].start()
        self.becomes("paris")

    def test_a_vantage_learns_of_new_targets(self):
        self.start_nodes()
        self.start_vantages("asia")
        self.write_zone(path="/other")
        for node in self.nodes.values():
            node.send(signal.SIGHUP)
        for node in NODES:
            eventually(lambda node=node: len(self.endpoint(node, "tokyo")["votes"]) == 2, "asia has a word on the new target")


class Troubles(Cluster):
    """What a target can do wrong, as three vantages and two nodes see it."""

    def setUp(self) -> None:
        super().setUp()
        self.web = self.webs["tokyo"]
        self.web.stop()
        self.good = self.authority.certificate("tokyo", self.net["tokyo"].address)
        self.web.tls, self.web.port = self.good, 443
        self.web.start()

    def write_zone(self, **monitor) -> None:
        probe = {"interval": "200ms", "timeout": "150ms", "fall": 2, "rise": 2, "flap": False, **monitor}
        self.write("cluster.json", {
            "zone": "cluster.example",
            "monitors": {"good": {"type": "tcp", "port": 80, **probe},
                         "web": {"type": "https", "server_name": "tokyo", "ca_file": str(self.authority.file),
                                 "expect": {"body": "ready"}, **probe}},
            "pools": {"tokyo": {"monitor": "web", "endpoints": [{"id": "tokyo", "a": self.net["tokyo"].address}]},
                      "paris": {"monitor": "good", "endpoints": [{"id": "paris", "a": self.net["paris"].address}]}},
            "policies": {"www": {"rules": [{"pools": list(SITES), "on_all_down": "nodata"}]}},
            "records": {"@": {"NS": "ns.example.com."}, "www": {"steer": "www"}}})

    def explained(self, node: str) -> str:
        return self.control(node, f"/v1/explain?name={NAME}&client=192.0.2.1")

    def goes_and_comes(self, why: str, begin, end) -> None:
        """The trouble takes tokyo out of the answers of all nodes, each vantage says why, and when it is over tokyo is back."""
        begin()
        gone = self.becomes("paris", what=f"for {why}")
        for node in NODES:
            votes = {vote["vantage"]: vote for vote in self.endpoint(node, "tokyo")["votes"]}
            for name in VANTAGES:
                eventually(lambda node=node, name=name: any(
                    vote["vantage"] == name and vote["verdict"] == "down" and why in vote["probe"]
                    for vote in self.endpoint(node, "tokyo")["votes"]), f"{name} tells {node}: {why}; said {votes}")
            self.assertRegex(self.explained(node), "[01] of 3 vantages say up")
        end()
        back = self.becomes("tokyo", what=f"after {why}")
        print(f"{why}: out after {gone:.2f} s, back after {back:.2f} s", file=sys.stderr)

    def be(self, mode: str):
        return lambda: setattr(self.web, "mode", mode)

    def restart(self, tls: tuple[Path, Path]):
        def do() -> None:
            self.web.stop()
            self.web.tls = tls
            self.web.start()
        return do

    def test_each_is_seen_told_and_over(self):
        self.start_nodes()
        self.start_vantages()
        self.becomes("tokyo")
        over = self.authority.certificate("tokyo", self.net["tokyo"].address, days=-1)
        other = self.authority.certificate("osaka", self.net["tokyo"].address)
        good = self.be("good")
        self.goes_and_comes("timeout", self.be("silent"), good)
        self.goes_and_comes("timeout", self.be("slow"), good)
        self.goes_and_comes("timeout", self.be("endless"), good)
        self.goes_and_comes("certificate has expired", self.restart(over), self.restart(self.good))
        self.goes_and_comes("hostname mismatch", self.restart(other), self.restart(self.good))
        self.goes_and_comes("connection refused", self.web.stop, self.web.start)

    def test_one_that_flaps_is_held_down(self):
        self.write_zone(flap={"changes": 3, "within": "1m", "hold": "3s"}, fall=1, rise=1)
        self.start_nodes()
        self.start_vantages()
        self.becomes("tokyo")
        self.web.stop()
        self.becomes("paris")
        self.web.start()
        self.becomes("tokyo")
        self.web.stop()
        self.becomes("paris")
        self.web.start()
        self.stays("paris", seconds=1.5)
        self.becomes("tokyo", what="when the hold is over")


class Reports(Cluster):
    """What somebody sends who should not."""

    def post(self, node: str, report: str, token: str = "", path: str = "/v1/report") -> int:
        context = ssl.create_default_context(cafile=str(self.authority.file))
        machine = self.net[node]
        with machine.inside():
            connection = http.client.HTTPSConnection(machine.address, 8054, context=context, timeout=PATIENCE)
            connection.connect()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            connection.request("POST", path, body=report, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def report(self, **changes) -> str:
        now = int(time.time() * 1000)
        return json.dumps({"vantage": "asia", "run": now, "sequence": 1, "at": now, "whole": True, "votes": {}} | changes)

    def counted(self, result: str) -> float:
        return self.metric("ns1", f'reports_total{{result="{result}"}}')

    def test_reports_that_are_not_what_they_should_be_are_refused_and_counted(self):
        self.start_node("ns1")
        self.becomes("tokyo")
        token = TOKEN.format("asia")
        good = self.report()
        self.assertEqual(self.post("ns1", good, token), 200)
        cases = (
            ("unauthorized", 401, self.report(), ""),
            ("unauthorized", 401, self.report(), TOKEN.format("asiA")),
            ("unauthorized", 403, self.report(), TOKEN.format("europe")),
            ("unauthorized", 403, self.report(), TOKEN.format("nodes")),
            ("unauthorized", 403, self.report(vantage="ns1"), token),
            ("repeated", 200, good, token),
            ("stale", 200, self.report(at=int(time.time() * 1000) - 120_000), token),
            ("malformed", 400, "{", token),
            ("malformed", 400, self.report(votes={"x": 1}), token),
            ("whole_wanted", 200, self.report(whole=False, sequence=7), token),
        )
        for result, status, report, shown in cases:
            with self.subTest(result, status=status):
                before = self.counted(result)
                self.assertEqual(self.post("ns1", report, shown), status)
                self.assertEqual(self.counted(result), before + 1)
        self.assertEqual(self.post("ns1", "{}", token, "/v1/bus"), 403)
        self.assertEqual(self.counted("taken"), 1)
        self.stays("tokyo", seconds=0.5)

    def test_a_report_that_is_too_large_is_not_read(self):
        self.start_node("ns1")
        with contextlib.suppress(ConnectionError, ssl.SSLError):  # it may hang up before all was sent
            self.assertEqual(self.post("ns1", " " * (65 << 20), TOKEN.format("asia")), 413)
        eventually(lambda: self.counted("oversize") == 1, "it is counted")
        self.becomes("tokyo")


class Bus(Cluster):
    """What one node is told, the other knows."""

    def change_reaches_the_other_node(self) -> float:
        """One vantage, which tells ns1 alone; returns the seconds from ns1's answer to that of ns2."""
        self.webs["tokyo"].stop()
        self.becomes("paris", "ns1")
        took = self.becomes("paris", "ns2")
        self.webs["tokyo"].start()
        self.becomes("tokyo", "ns1", "ns2")
        return took

    def links(self, node: str) -> list[dict]:
        return self.status(node)["cluster"]["links"]

    def are_connected(self) -> bool:
        return all(link["connected"] for node in self.nodes for link in self.links(node))

    def test_peers(self):
        self.start_pair()
        self.start_vantages("asia", nodes=("ns1",))
        self.becomes("tokyo")
        eventually(lambda: self.sees("ns2", "asia"), "ns2 knows what asia says")
        times = [self.change_reaches_the_other_node() for _ in range(3)]
        print("from node to node by peers:", " ".join(f"{one:.2f}" for one in times), "s", file=sys.stderr)
        self.assertLess(max(times), 1.0)

        # Cut off from each other both go on, ns2 by its own probes.
        self.net["ns2"].cut_off(self.net["ns1"])
        eventually(lambda: not self.are_connected(), "the links are down")
        self.stays("tokyo")
        eventually(lambda: self.state("ns2", "asia") == "silent", "ns2 hears asia no more")
        self.webs["tokyo"].stop()
        self.becomes("paris", "ns1", "ns2")
        self.webs["tokyo"].start()
        self.becomes("tokyo", "ns1", "ns2")
        self.net["ns2"].join(self.net["ns1"])
        eventually(self.are_connected, "the links are up again")
        eventually(lambda: self.state("ns2", "asia") == "counts" and self.sees("ns2", "asia"), "ns2 hears asia again")
        self.assertLess(self.change_reaches_the_other_node(), 1.0)

    def test_redis(self):
        redis = self.stack.enter_context(Redis(self.net["redis"], self.folder / "redis", 'save ""'))
        self.start_nodes(redis={"servers": self.net["redis"].address})
        self.start_vantages("asia", nodes=("ns1",))
        self.becomes("tokyo")
        eventually(lambda: self.sees("ns2", "asia"), "ns2 knows what asia says")
        times = [self.change_reaches_the_other_node() for _ in range(3)]
        print("from node to node by redis:", " ".join(f"{one:.2f}" for one in times), "s", file=sys.stderr)
        self.assertLess(max(times), 1.0)

        # Without it both go on, ns2 by its own probes; when it is back, empty, everything is there again.
        redis.kill()
        eventually(lambda: not self.are_connected(), "the links are down")
        self.stays("tokyo")
        eventually(lambda: self.state("ns2", "asia") == "silent", "ns2 hears asia no more")
        self.webs["tokyo"].stop()
        self.becomes("paris", "ns1", "ns2")
        self.webs["tokyo"].start()
        self.becomes("tokyo", "ns1", "ns2")
        redis.start()
        eventually(self.are_connected, "the links are up again")
        eventually(lambda: self.state("ns2", "asia") == "counts" and self.sees("ns2", "asia"), "ns2 hears asia again")
        self.assertLess(self.change_reaches_the_other_node(), 1.0)

    def override(self, node: str, *arguments: str) -> None:
        server = f"http://{self.net[node].address}:8053"
        done = subprocess.run([*self.net[node].enter, PROGRAM, *arguments, "--author", "alice", "--server", server], timeout=PATIENCE,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def overridden(self, node: str) -> list[str]:
        return [one["target"] for one in self.status(node)["overrides"]]

    def overrides_reach_all(self) -> None:
        self.becomes("tokyo")
        self.override("ns1", "drain", "pool:tokyo", "--for", "10m", "--why", "new kernel")
        self.becomes("paris")
        self.assertEqual(self.endpoint("ns2", "tokyo")["state"], "draining")
        self.assertIn("alice", self.endpoint("ns2", "tokyo")["why"])
        self.override("ns2", "undrain", "pool:tokyo")
        self.becomes("tokyo")

    def test_overrides_by_peers(self):
        self.start_pair()
        eventually(self.are_connected, "the links are up")
        self.overrides_reach_all()

        # Who was away learns on return what the other was told meanwhile, and both say the same.
        self.net["ns2"].cut_off(self.net["ns1"])
        eventually(lambda: not self.are_connected(), "the links are down")
        self.override("ns1", "drain", "pool:tokyo", "--for", "10m", "--why", "new kernel")
        self.becomes("paris", "ns1")
        self.stays("tokyo", "ns2")
        self.net["ns2"].join(self.net["ns1"])
        self.becomes("paris", "ns2")
        self.assertEqual(self.overridden("ns1"), self.overridden("ns2"))

    def test_overrides_by_redis(self):
        self.stack.enter_context(Redis(self.net["redis"], self.folder / "redis", 'save ""'))
        self.start_nodes(redis={"servers": self.net["redis"].address})
        eventually(self.are_connected, "the links are up")
        self.overrides_reach_all()

    def test_a_node_that_comes_later_is_told_everything(self):
        self.stack.enter_context(Redis(self.net["redis"], self.folder / "redis", 'save ""'))
        settings = {"redis": {"servers": self.net["redis"].address}}
        self.start_node("ns1", **settings)
        self.start_vantages("asia", nodes=("ns1",))
        self.start_node("ns2", **settings)
        eventually(lambda: self.state("ns2", "asia") == "counts" and self.sees("ns2", "asia"), "ns2 knows what asia says")

    def test_sentinels_lead_to_the_new_master(self):
        first, second = self.net["redis"], self.net["redis2"]
        folder = self.folder / "redis"
        master = self.stack.enter_context(Redis(first, folder, 'save ""'))
        self.stack.enter_context(Redis(second, folder, 'save ""', f"replicaof {first.address} 6379"))
        sentinel = self.stack.enter_context(Redis(
            second, folder, f"sentinel monitor fleet {first.address} 6379 1", "sentinel down-after-milliseconds fleet 500",
            "sentinel failover-timeout fleet 2000", sentinel=True, port=26379))
        self.start_nodes(redis={"servers": f"{second.address}:{sentinel.port}", "master": "fleet"})
        self.start_vantages("asia", nodes=("ns1",))
        eventually(lambda: self.sees("ns2", "asia"), "ns2 knows what asia says")
        self.assertIn(first.address, self.links("ns1")[0]["link"])
        master.kill()
        eventually(lambda: all(second.address + ":6379" in link["link"] and link["connected"]
                               for node in NODES for link in self.links(node)), "both are connected to the new master")
        eventually(lambda: self.state("ns2", "asia") == "counts", "ns2 hears asia again")
        self.assertLess(self.change_reaches_the_other_node(), 1.0)


if __name__ == "__main__":
    if not may_make_machines():
        raise SystemExit(print("skipped: only root may make network namespaces") or 77)
    main()
