"""What tests run on: the laptop's default, or what an installation of many machines is set to.

``FORMS_TEST_BACKEND=scale`` (``make test-scale``) runs a suite on PostgreSQL and S3; some files of every area run
on both without it (``tests/conftest.py``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from forms_service.config import Config
from forms_service.storage.choosing import ObjectsSettings

LAPTOP, SCALE = "laptop", "scale"
CHOSEN = os.environ.get("FORMS_TEST_BACKEND", LAPTOP)


class Backend:
    """The default: all data in a folder."""

    name = LAPTOP

    def config(self, folder: Path, **settings: Any) -> Config:
        """The settings of a new installation on that folder."""
        return Config(data_folder=folder, **settings)

    def environment(self, config: Config) -> dict[str, str]:
        """The same settings for a process that a test starts."""
        return {"FORMS_DATA_DIR": str(config.data_folder), "FORMS_SPEC_DIR": str(config.spec_folder)}

    def everything_kept(self, config: Config) -> bytes:
        """All that the database holds, as whoever steals it sees it."""
        return b"".join(path.read_bytes() for path in sorted(config.data_folder.glob("forms.sqlite*")))

    def end(self, config: Config) -> None:
        """Remove what an installation leaves behind beside its folder."""


class ScaleBackend(Backend):
    """PostgreSQL and S3, one server of each for the test process."""

    name = SCALE

    def config(self, folder: Path, **settings: Any) -> Config:
        """Settings with a database and a part of the bucket of its own."""
        from tests.servers import postgres, s3

        objects = ObjectsSettings(s3().bucket())
        return Config(data_folder=folder, database_url=postgres().migrated(), objects=objects, **settings)

    def environment(self, config: Config) -> dict[str, str]:
        """The folder's settings, and where database and bucket are."""
        bucket = config.objects.bucket
        assert bucket is not None
        return super().environment(config) | {
            "FORMS_DATABASE_URL": config.database_url,
            "FORMS_OBJECTS_URL": f"s3://{bucket.name}/{bucket.prefix}",
            "AWS_ENDPOINT_URL": bucket.endpoint,
            "AWS_ACCESS_KEY_ID": bucket.key_id,
            "AWS_SECRET_ACCESS_KEY": str(bucket.secret),
        }

    def everything_kept(self, config: Config) -> bytes:
        """A dump of the database."""
        import subprocess

        from tests.servers import postgres

        program = postgres().programs / "pg_dump"
        url = config.database_url.replace("+psycopg", "")
        return subprocess.run([program, url], check=True, capture_output=True).stdout

    def end(self, config: Config) -> None:
        """Drop the database: a server with thousands of them grows slow."""
        from tests.servers import postgres

        postgres().drop(config.database_url)


BACKENDS = {LAPTOP: Backend, SCALE: ScaleBackend}
