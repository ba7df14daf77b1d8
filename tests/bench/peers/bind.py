from workloads import ZONE

from .peer import HOST, Peer, master_file


class Bind(Peer):
    name, program = "bind", "named"
    can = frozenset({"static", "cookie"})

    def configure(self) -> None:
        (self.folder / "zone").write_text(master_file())
        (self.folder / "conf").write_text(f"""
options {{
  directory "{self.folder}";
  pid-file "{self.folder}/pid";
  session-keyfile "{self.folder}/session.key";
  listen-on port {self.port} {{ {HOST}; }};
  listen-on-v6 {{ none; }};
  recursion no;
  dnssec-validation no;
  minimal-responses yes;
  notify no;
  tcp-clients 1000;
  tcp-listen-queue 1000;
}};
controls {{ }};
zone "{ZONE}" {{ type primary; file "{self.folder}/zone"; }};
""")

    def command(self) -> list[str]:
        return [self.path(self.setting), "-g", "-c", str(self.folder / "conf"), "-n", str(self.setting.threads)]
