"""What can go wrong in a run. Each message is one clear line for a person."""


class BenchError(Exception):
    """A server or a tool failed: the run goes on without it, and says so in its exit status."""


class Missing(BenchError):
    """Something that the machine does not have: told, and no failure of the run."""
