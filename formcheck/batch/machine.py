"""How many workers this machine carries."""

from __future__ import annotations

import os
from pathlib import Path

MEMORY_MB = 900
"""What a worker may hold: it begins with 300 to 450 MB, stays near that from clip to clip, and is
replaced once it has held this much."""
_RESERVE_MB = 500
_CGROUP = Path("/sys/fs/cgroup")
_MEMINFO = Path("/proc/meminfo")


def default_workers() -> int:
    """Return how many workers fit: one a core that this process may use, as far as memory goes."""
    free = free_memory_mb()
    fitting = cores() if free is None else int((free - _RESERVE_MB) // MEMORY_MB)
    return max(1, min(cores(), fitting))


def cores() -> int:
    """Return how many cores this process may use, a container's share included."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = (_CGROUP / "cpu.max").read_text().split()
        return max(1, min(allowed, int(quota) // int(period)))
    except (OSError, ValueError):  # no such group, or `max`
        return allowed


def free_memory_mb() -> float | None:
    """Return how much memory is free for this process, a container's limit included; None: not known."""
    known = [value for value in (_available_mb(), _group_mb()) if value is not None]
    return min(known, default=None)


def _available_mb() -> float | None:
    try:
        lines = _MEMINFO.read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError, IndexError):
        pass
    try:
        return 0.7 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    except (AttributeError, ValueError, OSError):
        return None


def _group_mb() -> float | None:
    try:
        most = int((_CGROUP / "memory.max").read_text())
        return (most - int((_CGROUP / "memory.current").read_text())) / (1 << 20)
    except (OSError, ValueError):
        return None
