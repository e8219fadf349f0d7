"""What can go wrong around the suite. Each message is one clear line for a person."""


class GuideError(Exception):
    """Something that the reader of the message can act upon; never a bug report."""


class ManifestError(GuideError):
    """An app's `app.toml` or `gaps.toml` cannot be used."""


class ContractError(GuideError):
    """`contract.yaml` cannot be read, or is no OpenAPI document."""


class InterpreterError(GuideError):
    """No Python that the guide can use."""


class EnvironmentFailed(GuideError):
    """An environment could not be made."""


class AppFailed(GuideError):
    """An app did not start, died, hung, or one of its commands failed."""


class DatabaseFailed(GuideError):
    """The database server of the tests did not start."""


class PortTaken(GuideError):
    """The port that was asked for belongs to another process."""


class FactsError(GuideError):
    """`facts.toml` cannot be used."""


class ClaimsError(GuideError):
    """`claims.toml`, or the results that it is judged by, cannot be used."""
