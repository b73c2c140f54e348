"""What processes have used: CPU seconds and memory, as /proc tells."""
import contextlib
import os
import pathlib

import parts


def ticks(process):
    fields = pathlib.Path("/proc", str(process), "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return fields[1], sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))


def cpu(main):
    """Seconds of a process and its children, also of those that have ended."""
    _, own, ended = ticks(main)
    children = 0
    for process, parent in parts.processes():
        if parent == main:
            with contextlib.suppress(OSError):
                children += ticks(process)[1]
    return (own + ended + children) / os.sysconf("SC_CLK_TCK")


def resident(process, what="Rss"):
    """kB; "Private" is what a fork of PostgreSQL does not share."""
    lines = pathlib.Path("/proc", str(process), "smaps_rollup").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(what))


def reset_peak(process):
    pathlib.Path("/proc", str(process), "clear_refs").write_text("5", encoding="ascii")


def peak(process):
    """kB at most since reset_peak()."""
    lines = pathlib.Path("/proc", str(process), "status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
