from datetime import timedelta
from pathlib import Path

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Read from the environment: DATABASE_URL, SECRET_KEY, MEDIA_DIR."""

    database_url: str
    secret_key: str
    media_dir: Path

    token_lifetime: timedelta = timedelta(hours=1)
    max_body_size: int = 1_048_576


settings = Settings()
