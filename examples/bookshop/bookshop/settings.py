"""What the environment says."""

import os
from datetime import timedelta
from pathlib import Path

DATABASE_URL = os.environ["DATABASE_URL"]
SECRET_KEY = os.environ["SECRET_KEY"]
MEDIA_DIR = Path(os.environ["MEDIA_DIR"])

TOKEN_LIFETIME = timedelta(hours=1)
