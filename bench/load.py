"""The load: wrk, one thread, closed loop: a connection asks again when it has its answer."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError, Missing

CONNECTIONS = 64
CORE = 1
_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Answers:
    """What came back.

    sent: requests that left. The server handles all of them; wrk does not wait for the answer to
    each connection's last. seconds: as wrk saw it.
    """

    answered: int
    sent: int
    seconds: float


def find_wrk() -> str:
    """Return the path of wrk, or raise Missing."""
    if found := shutil.which("wrk"):
        return found
    raise Missing("wrk is not installed (Debian: apt-get install wrk).")


def write_requests(requests: Iterable[bytes], path: Path) -> None:
    """Write `requests` as load.lua reads them."""
    path.write_bytes(b"".join(b"%d\n%s" % (len(request), request) for request in requests))


def send(url: str, requests: Path, seconds: int) -> Answers:
    """Send `requests` in turn over CONNECTIONS connections for `seconds`.

    Raises BenchError when an answer is missing or has a status of 400 or more: wrong answers are
    often cheap.
    """
    command = [
        find_wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s",
        "-s", str(_SCRIPT), url, "--", str(requests),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds + 30,
            check=True,
            preexec_fn=_pin,
        )
        told = json.loads(done.stderr.splitlines()[-1])
    except subprocess.CalledProcessError as error:
        raise BenchError(f"wrk failed: {error.stderr.strip() or error.stdout.strip()}") from error
    except (subprocess.TimeoutExpired, IndexError, ValueError) as error:
        raise BenchError(f"wrk told nothing that can be read: {error}") from error
    if told["refused"] or told["failed"] or not told["answered"]:
        raise BenchError(
            f"{told['answered']} answers, {told['refused']} of them with a status of 400 or more; "
            f"{told['failed']} connections failed"
        )
    return Answers(told["answered"], told["sent"], told["seconds"])


def _pin() -> None:
    os.sched_setaffinity(0, {CORE})
