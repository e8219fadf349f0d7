"""Where things are. Everything that the guide makes lies in `.guide/`, which may be deleted.

`GUIDE_STATE` names another folder, for a repository that cannot be written to.
"""

import os
from pathlib import Path

GUIDE = Path(__file__).resolve().parent
REPOSITORY = GUIDE.parent
APPS = GUIDE / "apps"
APPS = GUIDE / "apps"
CONTRACT = GUIDE / "contract.yaml"
REQUIREMENTS = REPOSITORY / "requirements"
RESULTS = GUIDE / "results"
STATE = Path(os.environ.get("GUIDE_STATE", REPOSITORY / ".guide")).absolute()
