"""What the rounds of one server on one workload come to."""
from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median, quantiles

from peers.peer import Peer

PERCENTILES = ("p50_us", "p99_us", "p999_us")


@dataclass
class Figures:
    rounds: list[dict] = field(default_factory=list)  # as dns_load prints them, as fast as it goes
    paced: list[dict] = field(default_factory=list)  # at a share of the capacity
    rss_mib: float = 0
    pss_mib: float = 0

    def take_memory(self, peer: Peer) -> None:
        self.rss_mib, self.pss_mib = peer.memory_mib("Rss"), peer.memory_mib("Pss")

    @property
    def queries_per_second(self) -> float:
        return median(one["answered"] / one["seconds"] for one in self.rounds)

    @property
    def cpu_us(self) -> list[float]:
        """Of the server for each query, by round."""
        return [one["cpu_ns"] / 1000 / max(one["answered"], 1) for one in self.rounds]

    @property
    def user_ns(self) -> float:
        """Of all rounds together, as it is counted in ticks of the system's clock."""
        return sum(one["user_ns"] for one in self.rounds) / max(sum(one["answered"] for one in self.rounds), 1)

    def latency(self, paced: bool = False) -> list[float]:
        return [median(one[key] for one in (self.paced if paced else self.rounds)) for key in PERCENTILES]

    @property
    def lost(self) -> int:
        return sum(one["lost"] for one in [*self.rounds, *self.paced])

    @property
    def wrong(self) -> int:
        return sum(one["wrong"] for one in [*self.rounds, *self.paced])

    @property
    def fault(self) -> str:
        return next((one["first_fault"] for one in [*self.rounds, *self.paced] if one["first_fault"]), "")

    def ratios(self, echo: Figures) -> list[float]:
        """Time on the core by that of the echo in the same round."""
        return [mine / bare for mine, bare in zip(self.cpu_us, echo.cpu_us)]

    def ratio(self, echo: Figures | None) -> float | None:
        return median(self.ratios(echo)) if echo else None

    def spread(self, echo: Figures | None) -> float:
        """How far half of the rounds lie apart in that."""
        if not echo or len(self.rounds) < 2:
            return 0
        first, _, third = quantiles(self.ratios(echo), n=4)
        return third - first

    def summary(self, echo: Figures | None) -> dict:
        latency = dict(zip(PERCENTILES, self.latency()))
        paced = {f"paced_{key}": value for key, value in zip(PERCENTILES, self.latency(True))} if self.paced else {}
        return {"queries_per_second": self.queries_per_second, "cpu_us": median(self.cpu_us), "times_echo": self.ratio(echo),
                "times_echo_spread": self.spread(echo), "user_ns": self.user_ns, **latency, **paced, "lost": self.lost, "wrong": self.wrong, "rss_mib": self.rss_mib,
                "pss_mib": self.pss_mib}
