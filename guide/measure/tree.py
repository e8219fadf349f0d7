"""CPU time and memory of a process and all its descendants, as Linux counts them.

A server is a tree: a master, workers, threads. What a request costs is what the whole of it used.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_KIB = 1024


def pids(root: int) -> list[int]:
    """Return the ids of the process `root` and of all that descend from it."""
    children: dict[int, list[int]] = defaultdict(list)
    for pid, parent in _parents():
        children[parent].append(pid)
    found = [root]
    for pid in found:  # grows while it is gone through
        found.extend(children[pid])
    return found


def cpu_seconds(root: int) -> float:
    """Return the CPU time that the processes of the tree have used, to the nanosecond.

    Threads that have ended are in it; processes that have ended are not: measure while the tree
    stands.
    """
    return sum(map(_cpu_seconds, pids(root)))


def _cpu_seconds(pid: int) -> float:
    # The clock of a whole process (clock_getcpuclockid(3)). /proc/PID/stat counts in steps of
    # 10 ms, and the schedstat of its threads forgets those that have ended.
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def memory_mb(root: int) -> float:
    """Return the proportional set size of the tree in MB: what it shares counts once."""
    total = 0
    for pid in pids(root):
        for line in _read(_PROC / str(pid) / "smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * _KIB
    return total / 1e6


def pin(root: int, core: int) -> None:
    """Let every thread of the tree run on `core` alone, and on none where that core is not there.

    What the tree starts later inherits it.
    """
    if core not in os.sched_getaffinity(0) and core >= (os.cpu_count() or 1):
        return
    for pid in pids(root):
        for thread in _threads(pid):
            try:
                os.sched_setaffinity(int(thread.name), {core})
            except ProcessLookupError:
                continue  # it has ended since it was listed


def _threads(pid: int) -> list[Path]:
    try:
        return list((_PROC / str(pid) / "task").iterdir())
    except FileNotFoundError:
        return []


def _parents() -> Iterator[tuple[int, int]]:
    """Yield the id of each process with its parent's."""
    for folder in _PROC.iterdir():
        if folder.name.isdecimal() and (stat := _read(folder / "stat")):
            # The name, in brackets, may hold blanks and brackets; what follows it may not.
            yield int(folder.name), int(stat.rpartition(")")[2].split()[1])


def _read(path: Path) -> str:
    """Return a file of /proc, or nothing when its process has ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
