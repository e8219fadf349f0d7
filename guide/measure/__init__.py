"""Measurements: what `make compare` puts beside the suite's checks.

tree.py        CPU and memory of a process and all its descendants
load.py        the load generator: closed loop, and constant rate from intended send times
traffic.py     the six operations and their mix, as bytes, with a browser's headers
speed.py       CPU per request of all frameworks, interleaved; ratios within the run
latency.py     p99 at a fixed rate
startup.py     from the command to the first answer; memory
statements.py  the SQL statements that a request costs
size.py        lines by kind, packages and their size
answers.py     what the apps answer to the same bad request; headers; documents; source side by side
growth.py      the same for a generated app of 300 routes
first.py       the smallest app: its lines, concepts, and time to the first answer
"""
