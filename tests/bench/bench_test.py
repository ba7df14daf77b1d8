#!/usr/bin/env python3
"""That what measures works, without a word about how fast anything is: bench_test.py BUILD"""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import kxdpgun
import report
from figures import Figures
from messages import COOKIE, option, option_in, query
from peers import Echo, PeerError
from peers.peer import HOST, Setting
from workloads import WORKLOADS, ZONE, Question, World, host, write_questions

BUILD = Path()
FOLDER = Path(__file__).resolve().parent
ANY_CORE = ",".join(map(str, os.sched_getaffinity(0)))


def bench(output: Path, *arguments: str) -> dict:
    """What a short run over the servers of ours writes."""
    command = [sys.executable, str(FOLDER / "bench.py"), str(BUILD), "--here", "--rounds", "1", "--seconds", "0.1", "--only", "echo,loadstar",
                "--output", str(output), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return json.loads(next(output.glob("*.json")).read_text())["workloads"]


class BenchTest(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory(prefix="loadstar-bench-test-")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def test_every_workload_without_a_database_is_answered_right(self) -> None:
        names = [name for name, workload in WORKLOADS.items() if not workload.places]
        measured = bench(self.folder, *names)
        self.assertEqual(set(measured), set(names))
        for workload, figures in measured.items():
            for server, one in figures.items():
                with self.subTest(workload=workload, server=server):
                    self.assertEqual(one["wrong"], 0)
                    self.assertGreater(one["queries_per_second"], 0)
                    self.assertGreaterEqual(one["p999_us"], one["p50_us"])
                    self.assertGreater(one["rss_mib"], 0)
        self.assertEqual(len(list(self.folder.glob("*.svg"))), 1)

    def test_latency_is_measured_at_a_rate_of_its_own(self) -> None:
        figures = bench(self.folder, "static", "--latency")["static"]["loadstar"]
        self.assertEqual(len(figures["paced"]), 1)
        self.assertGreater(figures["paced_p99_us"], 0)

    def echoes(self, *arguments: str) -> dict:
        """What dns_load says of the echo, which it takes for a DNS server."""
        question = query(f"{host(1)}.{ZONE}")
        (self.folder / "questions").write_text(Question(question, ["192.0.2.1"]).line())
        with Echo(Setting(WORKLOADS["static"], World(None), 1, ANY_CORE, BUILD, self.folder)) as echo:
            echo.wait_until_ready(question, 0)
            command = [str(BUILD / "tests/bench/dns_load"), f"{HOST}:{echo.port}", str(self.folder / "questions"),
                       "--seconds", "0.1", "--warm-up", "0", "--process", str(echo.processes()[0]), *arguments]
            outcome = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        shutil.rmtree(echo.folder)
        return outcome

    def test_a_wrong_answer_is_noticed(self) -> None:
        for mode in ("udp", "tcp", "tcp-connect"):
            with self.subTest(mode=mode):
                outcome = self.echoes("--mode", mode)
                self.assertGreater(outcome["answered"], 0)
                self.assertGreater(outcome["wrong"], 0)
                self.assertEqual(outcome["first_fault"], "not a response")
                self.assertGreater(outcome["cpu_ns"], 0)

    def test_paced_load_goes_no_faster_than_its_rate(self) -> None:
        outcome = self.echoes("--rate", "1000")
        self.assertLessEqual(outcome["sent"], 1000 * outcome["seconds"] + 1)

    def test_places_are_found_in_the_large_database(self) -> None:
        for workload, figures in bench(self.folder, "geo", "geo6").items():
            with self.subTest(workload=workload):
                self.assertEqual(figures["loadstar"]["wrong"], 0)
                self.assertGreater(figures["loadstar"]["queries_per_second"], 0)

    def test_questions_name_what_may_be_answered(self) -> None:
        write_questions(self.folder / "questions", WORKLOADS["nxdomain"], World(None))
        words = (self.folder / "questions").read_text().splitlines()[0].split()
        self.assertEqual(words[1:], ["3", "-"])

    def test_kxdpgun_is_asked_the_same(self) -> None:
        self.assertEqual(kxdpgun.line_of(Question(query("a.example"), [])), "a.example A E\n")
        self.assertEqual(kxdpgun.line_of(Question(query("a.example", None), [])), "a.example A \n")
        for question in (Question(query("a.example", option(3, b"")), []), Question(query("a.example"), [], source="192.0.2.1")):
            with self.assertRaises(PeerError):
                kxdpgun.line_of(question)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("kxdpgun"), "takes root for namespaces, and kxdpgun")
    def test_servers_are_asked_past_the_sockets(self) -> None:
        if not (BUILD / "tests/bench/xdp_echo").exists():
            self.skipTest("built without XDP")
        for generator in ("dns_load", "kxdpgun"):
            with self.subTest(generator=generator):
                figures = bench(self.folder / generator, "--xdp", "--generator", generator, "--rate", "1000", "--only", "echo,loadstar,sockets")["static"]
                self.assertEqual(set(figures), {"echo", "loadstar", "sockets"})
                for one in figures.values():
                    self.assertEqual(one["wrong"], 0)
                    self.assertGreater(one["queries_per_second"], 0)
                    self.assertGreater(one["cpu_us"], 0)

    def test_an_option_is_found_in_an_answer(self) -> None:
        message = query("a.example", option(3, b"id") + option(COOKIE, b"c" * 16))
        self.assertEqual(option_in(message, COOKIE), b"c" * 16)
        self.assertEqual(option_in(message, 5), b"")

    def test_ratios_are_medians_of_rounds(self) -> None:
        def of(*cpu_us: int) -> Figures:
            return Figures([{"cpu_ns": 1000 * one, "answered": 1} for one in cpu_us])

        self.assertEqual(of(2, 30, 6).ratio(of(1, 10, 3)), 2)
        self.assertIn("2.00", report.bar("ours", 3, 2.0, 3, 0))


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1)).resolve()
    unittest.main()
