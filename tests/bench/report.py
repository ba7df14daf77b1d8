"""The table, the files and the plot of a run."""
from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from pathlib import Path
from statistics import median

from figures import Figures

HEAD = (f"  {'':9} {'queries/s':>9} {'CPU us':>7} {'x echo':>6} {'spread':>6} {'user ns':>7} {'p50 us':>8} {'p99':>8} {'p99.9':>8} "
        f"{'lost':>6} {'wrong':>5} {'RSS MiB':>7} {'PSS':>6}")
COLORS = {"loadstar": "#1f6f8b", "before": "#7fb2c4", "echo": "#b8b8b8"}
OTHER_COLOR = "#d9a441"
BAR, GAP, LEFT, WIDTH = 16, 26, 190, 820


def table(figures: dict[str, Figures]) -> str:
    echo = figures.get("echo")
    lines = [HEAD]
    for name, one in sorted(figures.items(), key=lambda item: median(item[1].cpu_us)):
        ratio = one.ratio(echo)
        latency = " ".join(f"{value:8.0f}" for value in one.latency())
        lines.append(f"  {name:9} {one.queries_per_second:9.0f} {median(one.cpu_us):7.2f} {ratio or 0:6.2f} {one.spread(echo):6.2f} {one.user_ns:7.0f} {latency} "
                     f"{one.lost:6} {one.wrong:5} {one.rss_mib:7.1f} {one.pss_mib:6.1f}" + f"  {one.fault}" * bool(one.fault))
    if any(one.paced for one in figures.values()):
        lines.append("  at 70 % of the capacity")
        for name, one in figures.items():
            rate = median(round_["answered"] / round_["seconds"] for round_ in one.paced)
            lines.append(f"  {name:9} {rate:9.0f} {'':29} " + " ".join(f"{value:8.0f}" for value in one.latency(paced=True)))
    return "\n".join(lines)


def write(folder: Path, about: dict, measured: dict[str, dict[str, Figures]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"bench-{about['started'].replace(':', '')[:17]}"
    result = {**about, "workloads": {
        workload: {name: {**one.summary(figures.get("echo")), **asdict(one)} for name, one in figures.items()}
        for workload, figures in measured.items()}}
    (folder / f"{stem}.json").write_text(json.dumps(result, indent=1) + "\n")
    (folder / f"{stem}.svg").write_text(plot(measured))
    (folder / f"{stem}.md").write_text(markdown(measured))
    print(f"\nwritten to {folder}/{stem}.json, .svg and .md")


def markdown(measured: dict[str, dict[str, Figures]]) -> str:
    """A row for each workload: times the echo / CPU microseconds / user nanoseconds of each server."""
    names = list(dict.fromkeys(name for figures in measured.values() for name in figures))
    rows = [["x echo / CPU us / user ns", *names], ["---", *["--:"] * len(names)]]
    for workload, figures in measured.items():
        echo = figures.get("echo")
        rows.append([workload, *(cell(figures.get(name), echo) for name in names)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def cell(one: Figures | None, echo: Figures | None) -> str:
    return f"{one.ratio(echo) or 0:.2f} / {median(one.cpu_us):.2f} / {one.user_ns:.0f}" if one else "-"


def plot(measured: dict[str, dict[str, Figures]]) -> str:
    """A bar of CPU time per query for each server, by workload, each on a scale of its own."""
    parts: list[str] = []
    y = 40
    for workload, figures in measured.items():
        most = max((median(one.cpu_us) for one in figures.values()), default=1)
        parts.append(f'<text x="10" y="{y + 12}" font-weight="bold">{escape(workload)}</text>')
        for name, one in sorted(figures.items(), key=lambda item: median(item[1].cpu_us)):
            parts.append(bar(name, median(one.cpu_us), one.ratio(figures.get("echo")), most, y))
            y += BAR + 4
        y += GAP
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 40}" height="{y}" font-family="sans-serif" font-size="12">\n'
            f'<rect width="100%" height="100%" fill="white"/>\n<text x="10" y="20">CPU time of the server for each query, in microseconds '
            f'(times the echo)</text>\n' + "\n".join(parts) + "\n</svg>\n")


def bar(name: str, cpu_us: float, ratio: float | None, most: float, y: int) -> str:
    width = (WIDTH - LEFT - 120) * cpu_us / most
    label = f"{cpu_us:.2f}" + (f" ({ratio:.2f})" if ratio else "")
    return (f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{COLORS.get(name, OTHER_COLOR)}"/>'
            f'<text x="{LEFT + width + 6:.1f}" y="{y + 12}">{label}</text>')
