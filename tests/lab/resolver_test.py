#!/usr/bin/env python3
"""A real resolver in front of the server: resolver_test.py PROGRAM

Unbound's library resolves the names of the demonstration zone through a stub zone, as unbound-host shows it. Where the
daemon is installed too, it also passes on the client subnets that it is given, and keeps the answers of regions apart.
"""
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lab import Lab, LabError, Process, free_port

CLIENTS = {"icn": "203.0.113.0/24", "fra": "198.51.100.0/24", "iad": "192.0.2.0/24"}
START_SECONDS = 20


def configuration(lab: Lab, folder: str, port: int) -> str:
    return f"""
server:
    interface: 127.0.0.1@{port}
    directory: "{folder}"
    pidfile: "{folder}/pid"
    username: ""
    chroot: ""
    use-syslog: no
    do-daemonize: no
    do-not-query-localhost: no
    module-config: "subnetcache iterator"
    client-subnet-zone: "{lab.zone.origin}"
    client-subnet-always-forward: yes
remote-control:
    control-enable: no
stub-zone:
    name: "{lab.zone.origin}"
    stub-addr: 127.0.0.1@{lab.port}
"""


def check(holds: bool, claim: str, evidence: str = "") -> None:
    print(f"{'ok' if holds else 'FAILED'}: {claim}")
    if not holds:
        sys.exit(evidence or 1)


def library_resolves(lab: Lab, config: Path) -> None:
    host = config.with_name("host.conf")
    host.write_text(config.read_text().replace("subnetcache iterator", "iterator"))
    for name in ("www", ""):
        owner = f"{name}.{lab.zone.origin}".lstrip(".")
        kind = "A" if name else "SOA"
        output = subprocess.run(["unbound-host", "-C", str(host), "-t", kind, owner], capture_output=True, text=True,
                                check=False, timeout=60).stdout
        check("has address" in output or "has SOA record" in output, f"unbound-host resolves {owner} {kind}", output)


def dig(port: int, *arguments: str) -> str:
    command = ["dig", "@127.0.0.1", "-p", str(port), "+tries=1", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def wait_until_up(lab: Lab, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "status: NOERROR" not in dig(port, "+timeout=1", lab.zone.origin, "SOA"):
        if time.monotonic() > deadline:
            raise LabError("unbound does not answer")
        time.sleep(0.1)


def daemon_keeps_regions_apart(lab: Lab, program: str, config: Path, port: int) -> None:
    with config.with_name("log").open("w") as log:
        daemon = Process([program, "-d", "-c", str(config)], stdout=log, stderr=log)
    try:
        wait_until_up(lab, port)
        for key, subnet in [*CLIENTS.items(), *CLIENTS.items()]:
            region = lab.zone.regions[key]
            output = dig(port, f"www.{lab.zone.origin}", "A", f"+subnet={subnet}")
            check(any(f"\t{address}\n" in output for address in region.addresses),
                  f"unbound gives a client in {subnet} an address of {region.title}", output)
    finally:
        daemon.stop()


def main() -> None:
    with Lab(Path(sys.argv[1])) as lab, tempfile.TemporaryDirectory(prefix="loadstar-unbound-") as folder:
        lab.start_backends()
        lab.start_server()
        port = free_port()
        config = Path(folder) / "unbound.conf"
        config.write_text(configuration(lab, folder, port))
        library_resolves(lab, config)
        program = shutil.which("unbound", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if program:
            daemon_keeps_regions_apart(lab, program, config, port)


if __name__ == "__main__":
    main()
