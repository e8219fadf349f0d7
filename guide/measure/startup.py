"""From the command to the first answer, and the memory that stands then."""

import statistics
import time
from collections.abc import Callable, Mapping

from guide.measure import tree
from guide.processes import Server


def measure_startup(make: Callable[[], Server], starts: int) -> tuple[Mapping[str, object], float]:
    """Start a server `starts` times; return what results hold as `startup`, and its memory in MB.

    make: returns a server that was not started, on a free port.
    """
    seconds, cpu, memory = [], [], []
    for _ in range(starts):
        begun = time.perf_counter()
        with make() as server:
            seconds.append(time.perf_counter() - begun)
            cpu.append(tree.cpu_seconds(server.pid))
            memory.append(tree.memory_mb(server.pid))
    figures = {
        "seconds": round(statistics.median(seconds), 3),
        "cpu_seconds": round(statistics.median(cpu), 3),
        "rounds": [round(each, 3) for each in seconds],
    }
    return figures, round(statistics.median(memory), 1)
