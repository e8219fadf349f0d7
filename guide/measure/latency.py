"""Latency at a fixed rate of the mix, from the intended send times (load.py says why)."""

from collections.abc import Mapping

from guide.measure import load
from guide.measure.speed import Target
from guide.measure.traffic import MIX


def measure_latency(target: Target, rate: float, seconds: float) -> Mapping[str, float]:
    """Return what results hold as `latency`: percentiles in ms of `rate` requests a second."""
    requests = target.traffic.requests(MIX, int(rate * seconds))
    load.constant_rate(target.url, requests[: int(rate)], rate)  # a second to warm up
    result = load.constant_rate(target.url, requests, rate)
    return {
        "rate": rate,
        "sent": result.sent,
        "failed": result.failed,
        "p50_ms": round(result.percentile(0.5) * 1000, 1),
        "p99_ms": round(result.percentile(0.99) * 1000, 1),
        "max_ms": round(result.percentile(1) * 1000, 1),
    }
