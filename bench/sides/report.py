"""What a run has found: the table for people, JSON for programs."""
import json
import os
import platform

from .builds import described
from .figures import told

HEADS = ("case", "what", "unit", "Quilter", "limit", "of it", "ratio", "goal", "verdict")


def cells(row, other):
    limit = [row.limit_name, told(row.limit)]
    line = [row.case, row.what, row.unit, told(row.measured), *limit, told(row.ratios()), str(row.goal or ""), row.verdict()]
    if other:
        line += [told(row.other), told(row.against()), "SLOWER" if row.is_slower() else ""]
    return line


def table(rows, other=None):
    """other: the name of the other revision."""
    heads = [*HEADS, *([other, "better by", ""] if other else [])]
    lines = [heads, ["---"] * len(heads), *(cells(row, other) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def machine():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"processor": model, "cores": os.cpu_count(), "memory_bytes": memory, "kernel": platform.release()}


def write_json(path, world, rows):
    other = world.subjects[1].name if len(world.subjects) > 1 else None
    report = {"revision": described(), "against": other, "machine": machine(), "plan": vars(world.plan),
              "rows": [row.json() for row in rows],
              "points": [{"connections": clients, "sides": found} for clients, found in world.points],
              "growth": [{"messages": count, "sides": found} for count, found in world.growth]}
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
