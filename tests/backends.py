"""What tests run on: the laptop's default, or what an installation of many machines is set to.

``FORMS_TEST_BACKEND=scale`` (``make test-scale``) runs a suite on PostgreSQL and S3; some files of every area run
on both without it (``ON_BOTH`` in ``tests/conftest.py``).
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_service.config import Config
from forms_service.storage.choosing import ObjectsSettings

LAPTOP, SCALE = "laptop", "scale"
CHOSEN = os.environ.get("FORMS_TEST_BACKEND", LAPTOP)


@dataclass(frozen=True)
class Backend:
    """Makes the settings of new installations, and takes away what they leave behind beside their folder."""

    name: str

    def config(self, folder: Path, **settings: Any) -> Config:
        """The settings of an installation on that folder, with a database and a part of a bucket of its own."""
        if self.name == LAPTOP:
            return Config(data_folder=folder, **settings)
        from tests.servers import postgres, s3

        objects = ObjectsSettings(s3().bucket())
        return Config(data_folder=folder, database_url=postgres().migrated(), objects=objects, **settings)

    def end(self, config: Config) -> None:
        """Drop the database: a server with thousands of them grows slow."""
        if config.database_url:
            from tests.servers import postgres

            postgres().drop(config.database_url)


def environment_of(config: Config) -> dict[str, str]:
    """The same installation, for a process that a test starts."""
    told = {"FORMS_DATA_DIR": str(config.data_folder), "FORMS_SPEC_DIR": str(config.spec_folder)}
    if config.database_url:
        told["FORMS_DATABASE_URL"] = config.database_url
    if (bucket := config.objects.bucket) is not None:
        told |= {
            "FORMS_OBJECTS_URL": f"s3://{bucket.name}/{bucket.prefix}",
            "AWS_ENDPOINT_URL": bucket.endpoint,
            "AWS_ACCESS_KEY_ID": bucket.key_id,
            "AWS_SECRET_ACCESS_KEY": str(bucket.secret),
        }
    return told


def everything_kept(config: Config) -> bytes:
    """All that the database holds, as whoever steals it sees it."""
    if not config.database_url:
        return b"".join(path.read_bytes() for path in sorted(config.data_folder.glob("forms.sqlite*")))
    from tests.servers import postgres

    program, url = postgres().programs / "pg_dump", config.database_url.replace("+psycopg", "")
    return subprocess.run([program, url], check=True, capture_output=True).stdout
