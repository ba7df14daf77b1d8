#!/usr/bin/env python3
"""The programs that people ask with: clients_test.py PROGRAM

dig, kdig, drill, delv and ldns-notify against the zones of the cases, and BIND as a resolver that is told where they are. What
is not installed is passed over, but not all of it.
"""
from __future__ import annotations

import getpass
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generated import write_zones
from peers import PATH, free_port
from server import PATIENCE, Server

FAR_IS_EVERYBODY = "192.0.2.2"  # what steer.test gives to those who are not near


def output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.stdout + done.stderr


class Checks:
    def __init__(self) -> None:
        self.made = self.failed = 0

    def says(self, text: str, *wanted: str) -> None:
        """Each of the texts is in what a program printed; runs of spaces count as one."""
        self.made += 1
        plain = " ".join(text.split())
        absent = [one for one in wanted if one not in plain]
        if absent:
            self.failed += 1
            print(f"FAILED: {absent} not in:\n{text}")


def dig(checks: Checks, port: str) -> None:
    def ask(*words: str) -> str:
        return output("dig", "@127.0.0.1", "-p", port, "+norecurse", *words)

    checks.says(ask("www.case.test", "A"), "status: NOERROR", "flags: qr aa;", "www.case.test. 300 IN A 192.0.2.1", "udp: 1232")
    checks.says(ask("www.case.test", "A", "+tcp"), "ANSWER: 2,", "(TCP)")
    checks.says(ask("a200.big.test", "A"), "ANSWER: 200,", "(TCP)")  # truncated over UDP, so that dig asks again
    checks.says(ask("nowhere.case.test", "A"), "status: NXDOMAIN", "case.test. 60 IN SOA")
    checks.says(ask("x.signed.case.test", "A"), "flags: qr;", "signed.case.test. 300 IN NS ns1.elsewhere.test.")
    checks.says(ask("www.case.test", "A", "+edns=1", "+noednsneg"), "status: BADVERS")
    checks.says(ask("www.steer.test", "A", "+subnet=198.51.100.0/24"), "CLIENT-SUBNET: 198.51.100.0/24/24", "192.0.2.1")
    checks.says(ask("svc.case.test", "SVCB"), '1 mail.case.test. alpn="h2" port=8443')
    checks.says(ask("unknown.case.test", "TYPE65280"), "TYPE65280 \\# 4 C0000201")
    checks.says(ask("x.d.case.test", "A", "+qr"), "IN DNAME target.case.test.", "status: NXDOMAIN")
    checks.says(ask("www.elsewhere.test", "A"), "status: REFUSED")
    checks.says(ask("case.test", "SOA", "+opcode=15", "+header-only"), "status: NOTIMP")


def kdig(checks: Checks, port: str) -> None:
    def ask(*words: str) -> str:
        return output("kdig", "@127.0.0.1", "-p", port, "+norecurse", *words)

    checks.says(ask("www.case.test", "A", "+edns"), "status: NOERROR", "www.case.test. 300 IN A 192.0.2.1", "UDP size: 1232 B")
    checks.says(ask("txt60k.big.test", "TXT", "+tcp"), "ANSWER: 230;")
    checks.says(ask("www.steer.test", "A", "+subnet=198.51.100.0/24"), "CLIENT-SUBNET: 198.51.100.0/24/24")
    checks.says(ask("x.wild.case.test", "A", "+dnssec"), "x.wild.case.test. 300 IN A 192.0.2.40", "flags: do")
    checks.says(ask("https.case.test", "HTTPS"), "HTTPS 1 . alpn=")


def drill(checks: Checks, port: str) -> None:
    def ask(*words: str) -> str:
        return output("drill", "-p", port, "-o", "rd", *words, "@127.0.0.1")

    checks.says(ask("www.case.test", "A"), "rcode: NOERROR", "www.case.test. 300 IN A 192.0.2.1")
    checks.says(ask("-t", "c1.case.test", "A"), "c3.case.test. 100 IN CNAME www.case.test.")
    checks.says(ask("host.cut.case.test", "A"), "AUTHORITY: 3", "ns.cut.case.test. 300 IN AAAA 2001:db8::60")


def delv(checks: Checks, port: str) -> None:
    """Without an anchor for these zones it can but say that they are not signed."""
    text = output("delv", "@127.0.0.1", "-p", port, "-i", "c1.case.test", "A")
    checks.says(text, "c1.case.test. 300 IN CNAME c2.case.test.", "www.case.test. 300 IN A 192.0.2.1")


def ldns_notify(checks: Checks, port: str) -> None:
    """NOTIFY is for secondaries, which ours is not."""
    checks.says(output("ldns-notify", "-p", port, "-r", "1", "-z", "case.test", "127.0.0.1"), "NOTIMPL")


def named(checks: Checks, port: str) -> None:
    """As a resolver it finds every kind of answer, through the port that it takes for that of all servers."""
    with tempfile.TemporaryDirectory(prefix="loadstar-named-") as folder:
        own = str(free_port())
        config = Path(folder) / "named.conf"
        zones = "".join(f'zone "{zone}" {{ type static-stub; server-addresses {{ 127.0.0.1; }}; }};\n'
                        for zone in ("case.test", "steer.test", "big.test", "loop.test"))
        config.write_text(f"""
options {{
  directory "{folder}"; pid-file none; port {port}; recursion yes; dnssec-validation no; qname-minimization strict;
  listen-on port {own} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; query-source address 127.0.0.1;
}};
controls {{ }};
{zones}""")
        with (Path(folder) / "log").open("w") as log:
            process = subprocess.Popen([shutil.which("named", path=PATH), "-f", "-c", str(config), "-u", getpass.getuser()],
                                       stdout=log, stderr=log)
        try:
            wait_until_up(process, own)
            resolve(checks, own)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_until_up(process: subprocess.Popen, port: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while "NOERROR" not in output("dig", "@127.0.0.1", "-p", port, "+tries=1", "+timeout=1", "ns1.case.test"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("BIND does not resolve")
        select.select([], [], [], 0.1)


def resolve(checks: Checks, port: str) -> None:
    def ask(*words: str) -> str:
        return output("dig", "@127.0.0.1", "-p", port, *words)

    checks.says(ask("c1.case.test", "A"), "status: NOERROR", "www.case.test. 300 IN A 192.0.2.1")
    checks.says(ask("x.wild.case.test", "MX"), "MX 10 mail.case.test.")
    checks.says(ask("nowhere.case.test", "A"), "status: NXDOMAIN", "SOA ns1.case.test.")
    checks.says(ask("er.ent.case.test", "A"), "status: NOERROR", "ANSWER: 0,")
    checks.says(ask("www.d.case.test", "A"), "d.case.test. 500 IN DNAME target.case.test.", "192.0.2.73")
    checks.says(ask("www.steer.test", "A"), FAR_IS_EVERYBODY)
    checks.says(ask("x.wild.steer.test", "A"), FAR_IS_EVERYBODY)
    checks.says(ask("a75.big.test", "A", "+tcp"), "ANSWER: 75,")  # BIND takes 100 records of a type at most
    checks.says(ask("WwW.CaSe.TeSt", "AAAA"), "2001:db8::1")


CLIENTS = {"dig": dig, "kdig": kdig, "drill": drill, "delv": delv, "ldns-notify": ldns_notify, "named": named}


def main() -> None:
    installed = {name: check for name, check in CLIENTS.items() if shutil.which(name, path=PATH)}
    if not installed:
        print(f"not installed: {', '.join(CLIENTS)}")
        sys.exit(77)
    checks = Checks()
    with Server(Path(sys.argv[1]), write_zones) as server:
        for check in installed.values():
            check(checks, str(server.address[1]))
    print(f"{', '.join(installed)}: {checks.made} checks, {checks.failed} failed")
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
