from workloads import DATACENTERS, WEIGHTED, ZONE, Workload

from .peer import Peer, master_file


class Knot(Peer):
    """With mod-geoip for steering and mod-cookies where cookies are asked for."""

    name, program = "knot", "knotd"
    can = frozenset({"static", "geo", "weighted", "cookie"})

    def configure(self) -> None:
        world = self.setting.world
        views = "".join(f'  - geo: "{country}"\n    A: {DATACENTERS[world.datacenter(country)]}\n' for country in sorted(world.continents))
        (self.folder / "geo.conf").write_text(f"geo.{ZONE}:\n{views}")
        shares = "".join(f"  - weight: {weight}\n    A: {one}\n" for one, weight in WEIGHTED.items())
        (self.folder / "weighted.conf").write_text(f"weighted.{ZONE}:\n{shares}")
        (self.folder / "zone").write_text(master_file(f"geo A {DATACENTERS['dc0']}", "weighted A 192.0.2.101"))
        (self.folder / "conf").write_text(self._configuration(self.setting.workload))

    def _configuration(self, workload: Workload) -> str:
        modules = {
            "geo": f'mod-geoip:\n  - id: m\n    config-file: "{self.folder}/geo.conf"\n    ttl: 60\n    mode: geodb\n'
                   f'    geodb-file: "{self.setting.world.database}"\n    geodb-key: country/iso_code\n',
            "weighted": f'mod-geoip:\n  - id: m\n    config-file: "{self.folder}/weighted.conf"\n    ttl: 60\n    mode: weighted\n',
        }
        of_zone = {"geo": "    module: mod-geoip/m\n", "weighted": "    module: mod-geoip/m\n", "cookie": "    module: mod-cookies\n"}
        threads = self.setting.threads
        return f"""
server:
  rundir: "{self.folder}"
  listen: {self.host}@{self.port}
  udp-workers: {threads}
  tcp-workers: {threads}
  background-workers: 1
  edns-client-subnet: on
database:
  storage: "{self.folder}"
log:
  - target: stderr
    any: warning
{modules.get(workload.needs, "")}
zone:
  - domain: {ZONE}.
    file: "{self.folder}/zone"
    storage: "{self.folder}"
    zonefile-sync: -1
    journal-content: none
{of_zone.get(workload.needs, "")}"""

    def command(self) -> list[str]:
        return [self.path(self.setting), "-c", str(self.folder / "conf")]
