import getpass

from workloads import ZONE

from .peer import HOST, Peer, master_file


class Nsd(Peer):
    name, program = "nsd", "nsd"
    can = frozenset({"static", "cookie"})

    def configure(self) -> None:
        (self.folder / "zone").write_text(master_file())
        (self.folder / "conf").write_text(f"""
server:
  ip-address: {HOST}@{self.port}
  username: "{getpass.getuser()}"
  chroot: ""
  zonesdir: ""
  database: ""
  pidfile: "{self.folder}/pid"
  xfrdfile: "{self.folder}/xfrd"
  zonelistfile: "{self.folder}/list"
  xfrdir: "{self.folder}"
  server-count: {self.setting.threads}
  reuseport: {"yes" if self.setting.threads > 1 else "no"}
  tcp-count: 1000
  tcp-query-count: 0
  answer-cookie: yes
  minimal-responses: yes
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "{ZONE}"
  zonefile: "{self.folder}/zone"
""")

    def command(self) -> list[str]:
        return [self.path(self.setting), "-d", "-c", str(self.folder / "conf")]
