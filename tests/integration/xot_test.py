"""Zone transfers over TLS (RFC 9103): by kdig, and to NSD as a secondary that insists on it."""
import subprocess

from harness import PATIENCE, Server, dig, main
from secondaries import KEY, PrimaryTest, free_port, records
from tls_test import NAME, TlsTest


class OverTls(PrimaryTest, TlsTest):
    def tls_primary(self, *rules: dict) -> Server:
        return self.primary(*rules, tls={"listen": "127.0.0.1:0", "certificate": str(self.certificate), "key": str(self.key)})

    def kdig(self, server: Server, *arguments: str) -> str:
        address, port = server.listening("tls")[0].split(":")
        command = ["kdig", f"@{address}", "-p", port, f"+tls-ca={self.certificate}", f"+tls-hostname={NAME}", "example.com",
                   *arguments]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE,
                              check=False).stdout

    def test_kdig_gets_what_it_gets_over_tcp(self):
        with self.tls_primary({"to": "127.0.0.0/8"}) as server:
            over_tls = records(self.kdig(server, "AXFR"))
            self.assertEqual(len(over_tls), 15)
            self.assertEqual(over_tls, records(dig(server.address, "example.com", "AXFR")))
            self.assertEqual(records(self.kdig(server, "IXFR=1")), over_tls)
            self.assertEqual(self.total(server, "tls_handshakes"), 2)

    def test_the_rules_are_those_of_tcp(self):
        with self.tls_primary({"to": "127.0.0.0/8", "key": "xfr."}) as server:
            refused = self.kdig(server, "AXFR")
            self.assertIn("REFUSED", refused)
            self.assertEqual(records(refused), [])
            signed = records(self.kdig(server, "AXFR", "-y", KEY))
            self.assertEqual(len([line for line in signed if " IN " in line]), 15)
        with self.tls_primary({"to": "192.0.2.0/24"}) as server:
            self.assertIn("REFUSED", self.kdig(server, "AXFR"))

    def test_nsd_as_secondary(self):
        port = free_port()
        rule = {"to": "127.0.0.1", "key": "xfr.", "notify": f"127.0.0.1:{port}"}
        with self.tls_primary(rule) as server:
            address = server.listening("tls")[0].replace(":", "@")
            self.start_nsd(port, f"AXFR {address} xfr. primary", f"""
  tls-cert-bundle: "{self.certificate}"
tls-auth:
  name: primary
  auth-domain-name: {NAME}""")
            self.check_secondary(server, port)
            self.assertGreaterEqual(self.total(server, "tls_handshakes"), 2)
            self.assertEqual(sum(worker["tcp_messages"] for worker in server.status()["workers"]),
                             self.transfers(server), "none came in the clear")

    def transfers(self, server: Server) -> int:
        return sum(worker["queries"]["transfer"] for worker in server.status()["workers"])


if __name__ == "__main__":
    main()
