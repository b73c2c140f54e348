"""What a run has found: tables for people, JSON for programs, a plot."""
import json
import os
import platform
import re

from ground import Failure

from .builds import described
from .figures import told
from .plot import plot

HEADS = ("case", "what", "Quilter", "limit", "ratio", "goal", "verdict")
PLACE = re.compile(r"(<!-- bench/run -->\n).*?(<!-- until here -->)", re.S)
LEGEND = """Median [least-most] of the rounds; the ratio is that of one round's figures. "By 4": by so many connections at once.
"Shortened": the goal is for more than this run measured, which `bench/run --long` measures."""


def cells(row, other):
    limit = f"{row.limit_name}: {told(row.limit)}" if row.limit_name else ""
    line = [row.case, f"{row.what}, {row.unit}".rstrip(", "), told(row.measured), limit, told(row.ratios()), str(row.goal or ""),
            row.verdict()]
    if other:
        line += [told(row.other), told(row.against()) + (" SLOWER" if row.is_slower() else "")]
    return line


def table(rows, heads, other):
    """Without the columns that are empty."""
    lines = [cells(row, other) for row in rows]
    used = [at for at in range(len(heads)) if any(line[at] for line in lines)]
    lines = [[line[at] for at in used] for line in (heads, ["---"] * len(heads), *lines)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def machine():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"processor": model, "cores": os.cpu_count(), "memory_bytes": memory, "kernel": platform.release()}


class Report:
    """Rows are added as they are measured. load: of the machine, before; against: the other revision, or None."""

    def __init__(self, world, load, against):
        self.world, self.load, self.against = world, load, against
        self.rows = []

    def heading(self):
        here, plan = machine(), self.world.plan
        return (f"Revision {described()}; {here['cores']} cores ({here['processor']}), {here['memory_bytes'] / 2**30:.0f} GiB, "
                f"load {self.load:.1f} at the start; {plan.rounds} rounds of {plan.seconds:g} s, seed {plan.seed}.")

    def tables(self):
        heads = (*HEADS, *((self.against, "better by") if self.against else ()))
        goals = [row for row in self.rows if row.goal or row.skipped]
        others = [row for row in self.rows if not (row.goal or row.skipped)]
        return "\n\n".join([*(table(rows, heads, self.against) for rows in (goals, others) if rows), LEGEND])

    def json(self):
        return {"revision": described(), "against": self.against, "machine": machine(), "load": self.load,
                "plan": vars(self.world.plan), "rows": [row.json() for row in self.rows],
                "points": [{"connections": clients, "sides": found} for clients, found in self.world.points],
                "growth": [{"messages": count, "sides": found} for count, found in self.world.growth]}

    def markdown(self):
        return f"{self.heading()}\n\n{self.tables()}\n"

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.json(), indent=1, ensure_ascii=False) + "\n"
        (folder / "results.json").write_text(text, encoding="utf-8")
        (folder / "results.md").write_text(self.markdown(), encoding="utf-8")
        self.draw(folder / "plot.svg")

    def draw(self, path):
        if drawn := plot(self.world.points, self.world.growth):
            path.write_text(drawn, encoding="utf-8")

    def publish(self, docs):
        """In place of what the last run left there."""
        path = docs / "performance.md"
        text, found = PLACE.subn(lambda marks: marks[1] + self.markdown() + marks[2], path.read_text(encoding="utf-8"))
        if found != 1:
            raise Failure(f"{path} has no place for a table")
        path.write_text(text, encoding="utf-8")
        self.draw(docs / "performance.svg")
