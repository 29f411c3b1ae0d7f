"""Who lives is told by watching beats: no clock that jumps and no two clocks that differ take anybody's work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from forms_service import living_workers
from forms_service.jobs import DbosJobs, prepare_tables
from forms_service.living_workers import LivingWorkers
from forms_service.storage.database import Database
from forms_service.storage.models import WorkerLeaseRow

LEASE_S = 6.0
NOON = datetime(2026, 2, 20, 12, tzinfo=UTC)


class Hosts:
    """Hosts on one database, each with a wall clock and a steady one."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database = database
        self.seconds = 0.0
        self.wall = {"a": NOON, "b": NOON}
        self._now = NOON
        self.workers = {
            name: LivingWorkers(database, name, LEASE_S, clock=lambda: self.seconds) for name in self.wall
        }
        monkeypatch.setattr(living_workers, "database_now", lambda _session: self._now)

    def pass_seconds(self, seconds: int, beating: str = "ab") -> set[str]:
        """Let time pass second by second; gives whose work host «a» would take over."""
        orphans: dict[str, str] = {}
        for _ in range(seconds):
            self.seconds += 1
            for name in self.wall:
                self.wall[name] += timedelta(seconds=1)
            for name in beating:
                self._now = self.wall[name]
                self.workers[name].beat()
            orphans = self.workers["a"].orphans(running=["read_upload:mine"])
            if orphans:
                break
        return set(orphans.values())

    def claim(self, job: str, executor: str) -> None:
        with self.database.writing() as session:
            DbosJobs(self.database.url).enqueue(session, *job.split(":"))
            told = (
                "update workflow_status set status = 'PENDING', executor_id = :by where workflow_uuid = :job"
            )
            session.execute(text(told), {"by": executor, "job": job})

    def status(self, job: str) -> str:
        with self.database.reading() as session:
            return str(
                session.scalar(
                    text("select status from workflow_status where workflow_uuid = :job"), {"job": job}
                )
            )


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosts]:
    database = Database(f"sqlite:///{tmp_path / 'forms.sqlite'}")
    database.migrate(tmp_path, prepare_tables)
    hosts = Hosts(database, monkeypatch)
    hosts.claim("read_upload:mine", "a")
    hosts.claim("read_upload:other", "b")
    yield hosts
    database.close()


@pytest.mark.parametrize("minutes", [5, -5, 600])
def test_hosts_whose_clocks_differ_do_not_take_each_others_work(hosts: Hosts, minutes: int) -> None:
    hosts.wall["b"] += timedelta(minutes=minutes)
    assert hosts.pass_seconds(20) == set()
    assert hosts.pass_seconds(7, beating="a") == {"b"}, "and its end is seen as soon as that of any other"


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_makes_nobody_look_dead(hosts: Hosts, hours: int) -> None:
    assert hosts.pass_seconds(8) == set()
    for name in hosts.wall:
        hosts.wall[name] += timedelta(hours=hours)
    assert hosts.pass_seconds(8) == set()
    assert hosts.pass_seconds(8, beating="a") == {"b"}


def test_the_work_of_a_machine_that_is_gone_for_ever_is_handed_back_once(hosts: Hosts) -> None:
    assert hosts.pass_seconds(5, beating="a") == set(), "not before its lease is over"
    assert hosts.pass_seconds(3, beating="a") == {"b"}
    orphans = hosts.workers["a"].orphans(["read_upload:mine"])
    assert orphans == {"read_upload:other": "b"}
    hosts.workers["a"].hand_back(orphans)
    assert hosts.status("read_upload:other") == "ENQUEUED"
    assert hosts.status("read_upload:mine") == "PENDING"
    hosts.workers["a"].hand_back({"read_upload:mine": "b"})
    assert hosts.status("read_upload:mine") == "PENDING", "what somebody else claimed since is left to them"


def test_work_of_a_name_nobody_knows_is_taken_over_too(hosts: Hosts) -> None:
    """Its row may be gone: a host that was renamed, a database that was restored."""
    hosts.claim("sort_stack:old", "a-host-that-was-never-heard-of")
    assert hosts.pass_seconds(9) == {"a-host-that-was-never-heard-of"}


def test_after_an_outage_nobody_is_judged_before_a_whole_lease_was_watched(hosts: Hosts) -> None:
    """While the database was away nobody could beat."""
    assert hosts.pass_seconds(3) == set()
    hosts.seconds += 300
    assert hosts.workers["a"].orphans(["read_upload:mine"]) == {}
    assert hosts.pass_seconds(5, beating="a") == set(), "it gets the time to beat again"
    assert hosts.pass_seconds(9) == set()


def test_what_a_worker_claimed_and_does_not_carry_out_comes_back_to_all(hosts: Hosts) -> None:
    """A disk that was full when the end of a job was to be noted."""
    hosts.claim("send_letter:x.0", "a")
    assert hosts.pass_seconds(11) == set()
    assert hosts.pass_seconds(3) == {"a"}
    assert hosts.workers["a"].orphans(["read_upload:mine"]) == {"send_letter:x.0": "a"}


def test_a_lease_of_long_ago_is_forgotten(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(living_workers, "_LEASES_KEPT", 5)
    hosts.pass_seconds(1)
    for _ in range(15):
        hosts.seconds += 2.5
        hosts._now += timedelta(seconds=2)
        hosts.workers["a"].beat()
        hosts.workers["a"].orphans([])
    with hosts.database.reading() as session:
        assert session.get(WorkerLeaseRow, "b") is None
        assert session.get(WorkerLeaseRow, "a") is not None
