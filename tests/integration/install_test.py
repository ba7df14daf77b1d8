"""What `cmake --install` puts where, and that it works there."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import PATIENCE, main

BUILD = os.environ["LOADSTAR_BUILD"]
CMAKE = os.environ.get("CMAKE", "cmake")


class Install(unittest.TestCase):
    def test_an_installation_is_whole(self):
        with tempfile.TemporaryDirectory(prefix="loadstar-") as folder:
            prefix = Path(folder)
            subprocess.run([CMAKE, "--install", BUILD, "--prefix", folder], check=True, capture_output=True, timeout=PATIENCE)
            for file in ("share/man/man1/loadstar.1", "share/man/man1/loadstar-dns.1", "share/doc/loadstar/zones/demo.json"):
                self.assertTrue((prefix / file).is_file(), file)
            for command in ("dns", "probe"):
                unit = (prefix / f"lib/systemd/system/loadstar-{command}.service").read_text()
                self.assertIn(f"ExecStart={prefix}/bin/loadstar {command} --config /etc/loadstar/{command}.json\n", unit)
            done = subprocess.run([prefix / "bin/loadstar", "check", prefix / "share/doc/loadstar/zones"], check=False,
                                  capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
