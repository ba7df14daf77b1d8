#!/usr/bin/env python3
"""A scenario by the real program over real sockets, with dig as the client: run_scenario.py PROGRAM CASE

What is written in CASE: README.md beside this file.
"""
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab"))
from lab import ROOT, LabError, Process, free_port  # noqa: E402

PATIENCE = 30  # seconds until an answer must have come, on a machine with much else to do


class Backends:
    """Listeners that the monitors see; the kernel accepts connections for them."""

    def __init__(self) -> None:
        self._open: dict[str, socket.socket] = {}

    def set(self, endpoint: str, state: str) -> None:
        if (state == "up") == (endpoint in self._open):
            return
        if state == "down":
            self._open.pop(endpoint).close()
            return
        address, port = endpoint.rsplit(":", 1)
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, int(port)))
        listener.listen(4096)
        self._open[endpoint] = listener


class Server:
    def __init__(self, program: str, script: dict, folder: Path) -> None:
        zones = folder / "zones"
        zones.mkdir()
        for name, zone in script["zones"].items():
            (zones / name).write_text(json.dumps(zone))
        self.port = free_port()
        command = [program, "dns", "--listen", f"127.0.0.1:{self.port}", "--zones", str(zones)]
        if script.get("geoip"):
            command += ["--geoip", str(ROOT / "geoip")]
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = Process(command, stdout=log, stderr=log)

    def ask(self, step: dict) -> dict:
        name, kind = step["ask"].split(" ")
        command = ["dig", "@127.0.0.1", "-p", str(self.port), "+norecurse", "+tries=1", "+timeout=1", name, kind]
        if "client" in step:
            command.append(f"+subnet={step['client']}")
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        rcode = re.search(r"status: (\w+)", text)
        scope = re.search(r"CLIENT-SUBNET: \S+/\d+/(\d+)", text)
        section = re.search(r";; ANSWER SECTION:\n(.*?)\n\n", text, re.DOTALL)
        records = section[1].splitlines() if section else []
        return {"rcode": rcode[1] if rcode else "no answer", "scope": int(scope[1]) if scope else None,
                "answer": sorted(record.split()[-1] for record in records)}


def fits(got: dict, expected: dict) -> bool:
    if got["rcode"] != expected.get("rcode", "NOERROR"):
        return False
    if "answer" in expected and got["answer"] != sorted(expected["answer"]):
        return False
    return "scope" not in expected or got["scope"] == expected["scope"]


def must_come(server: Server, step: dict) -> None:
    deadline = time.monotonic() + PATIENCE
    while not fits(got := server.ask(step), step["expect"]):
        if server.process.has_ended() or time.monotonic() > deadline:
            raise LabError(f"{step['ask']} of {step.get('client')} is {got}, not {step['expect']}\n{server.log.read_text()}")
        time.sleep(0.05)


def main() -> None:
    program, case = sys.argv[1:]
    script = json.loads(Path(case).read_text())
    print(script["about"])
    backends = Backends()
    server = None
    with tempfile.TemporaryDirectory(prefix="loadstar-scenario-") as folder:
        try:
            for step in script["steps"]:
                for endpoint, state in step.get("backends", {}).items():
                    backends.set(endpoint, state)
                server = server or Server(program, script, Path(folder))
                if "ask" in step and not step.get("exact"):
                    must_come(server, step)
                    print(f"ok: {step['ask']} {step.get('client', '')}")
        finally:
            if server:
                server.process.stop()


if __name__ == "__main__":
    try:
        main()
    except LabError as error:
        sys.exit(f"FAILED: {error}")
