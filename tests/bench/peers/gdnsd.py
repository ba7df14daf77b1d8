from workloads import DATACENTERS, WEIGHTED, ZONE, World

from .peer import HOST, Peer, master_file


def geo_plugin(world: World) -> str:
    continents: dict[str, list[str]] = {}
    for country, continent in sorted(world.continents.items()):
        continents.setdefault(continent, []).append(f"{country} => [{world.datacenter(country)}]")
    places = "".join(f"          {continent} => {{ {', '.join(countries)} }}\n" for continent, countries in continents.items())
    addresses = ", ".join(f"{name} => {one}" for name, one in DATACENTERS.items())
    return f"""  geoip => {{
    maps => {{ world => {{
        geoip2_db => {world.database}
        datacenters => [{', '.join(DATACENTERS)}]
        map => {{
          default => [dc0]
{places}        }} }} }}
    resources => {{ www => {{ map => world, service_types => up, dcmap => {{ {addresses} }} }} }}
  }}
"""


class Gdnsd(Peer):
    name, program = "gdnsd", "gdnsd"
    can = frozenset({"static", "geo", "weighted", "cookie"})

    def configure(self) -> None:
        (self.folder / "zones").mkdir()
        records = ["weighted 60 DYNA weighted!www", *["geo 60 DYNA geoip!www"] * self.setting.workload.places]
        (self.folder / "zones" / ZONE).write_text(master_file(*records))
        (self.folder / "config").write_text(self._configuration())

    def _configuration(self) -> str:
        weighted = ", ".join(f"www{i} => [{one}, {weight}]" for i, (one, weight) in enumerate(WEIGHTED.items()))
        threads = self.setting.threads
        return f"""options => {{
  listen => ["{HOST}:{self.port}"]
  udp_threads => {threads}, tcp_threads => {threads}, udp_rcvbuf => 1048576
  run_dir => {self.folder}/run, state_dir => {self.folder}/state
}}
plugins => {{
{geo_plugin(self.setting.world) if self.setting.workload.places else ""}  weighted => {{ www => {{ service_types => up, {weighted} }} }}
}}
"""

    def command(self) -> list[str]:
        return [self.path(self.setting), "-c", str(self.folder), "start"]
