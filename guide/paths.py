"""Where things are. Everything that the guide makes lies in `.guide/`, which may be deleted."""

from pathlib import Path

GUIDE = Path(__file__).resolve().parent
REPOSITORY = GUIDE.parent
APPS = GUIDE / "apps"
CONTRACT = GUIDE / "contract.yaml"
REQUIREMENTS = REPOSITORY / "requirements"
RESULTS = GUIDE / "results"
STATE = REPOSITORY / ".guide"
