"""Jobs exist exactly if their transaction commits, and survive ``kill -9`` of the process that runs them."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from worker_under_test import MOST_STARTS

from forms_service.jobs import DbosJobs, prepare_tables
from forms_service.storage.database import Database
from tests.started_quickly import Quick, start

WORKER = Path(__file__).with_name("worker_under_test.py")


class Bench:
    """A database, its jobs, and worker processes that end with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(f"sqlite:///{folder / 'forms.sqlite'}")
        self.database.migrate(folder, prepare_tables)
        self.jobs = DbosJobs(self.database.url)
        self.processes: list[Quick] = []

    def enqueue(self, *keys: str) -> None:
        with self.database.writing() as session:
            for key in keys:
                self.jobs.enqueue(session, "work", key)

    def start_worker(self) -> Quick:
        process = start(str(WORKER), str(self.folder), environment={})
        self.processes.append(process)
        return process

    def log(self) -> list[str]:
        path = self.folder / "log"
        return path.read_text().splitlines() if path.exists() else []

    def wait_for(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        limit = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < limit, f"did not happen within {seconds} s; log: {self.log()}"
            time.sleep(0.05)

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.jobs.close()
        self.database.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def waiting(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(text("select workflow_uuid from workflow_status order by 1")))


def test_a_job_of_a_rolled_back_transaction_does_not_exist(bench: Bench) -> None:
    with pytest.raises(KeyError), bench.database.writing() as session:
        bench.jobs.enqueue(session, "work", "a")
        raise KeyError
    assert waiting(bench.database) == []


def test_the_same_key_is_one_job(bench: Bench) -> None:
    bench.enqueue("a", "a")
    bench.enqueue("a", "b")
    assert waiting(bench.database) == ["work:a", "work:b"]


def test_a_worker_killed_in_the_middle_loses_nothing(bench: Bench) -> None:
    (bench.folder / "hold").touch()
    bench.enqueue("a", "b", "c")
    first = bench.start_worker()
    bench.wait_for(lambda: any(line.startswith("begin") for line in bench.log()))
    first.send_signal(signal.SIGKILL)
    first.wait()
    (bench.folder / "hold").unlink()
    second = bench.start_worker()
    bench.wait_for(lambda: sum(line.startswith("end") for line in bench.log()) >= 3)
    second.terminate()
    second.wait(timeout=30)
    ended = sorted(line for line in bench.log() if line.startswith("end"))
    assert ended == ["end a", "end b", "end c"]
    assert bench.log()[-1] == "stopped"


def test_one_paper_does_not_wait_for_stacks(bench: Bench) -> None:
    (bench.folder / "hold-stacks").touch()
    with bench.database.writing() as session:
        for key in ("fifty", "sixty"):
            bench.jobs.enqueue(session, "sort_stack", key)
    bench.start_worker()
    bench.wait_for(lambda: any(one in bench.log() for one in ("begin fifty", "begin sixty")))
    bench.enqueue("paper")
    bench.wait_for(lambda: "end paper" in bench.log())
    assert not {"end fifty", "end sixty"} & set(bench.log())
    (bench.folder / "hold-stacks").unlink()
    bench.wait_for(lambda: {"end fifty", "end sixty"} <= set(bench.log()))


def test_a_job_that_keeps_failing_is_given_up_and_holds_up_nobody(bench: Bench) -> None:
    bench.enqueue("faulty", "sound")
    bench.start_worker()
    bench.wait_for(lambda: "given up work faulty failed 4" in bench.log() and "end sound" in bench.log())
    assert bench.log().count("begin faulty") > 1


def test_a_job_that_kills_its_worker_every_time_is_given_up(bench: Bench) -> None:
    bench.enqueue("poison")
    for _ in range(MOST_STARTS):
        process = bench.start_worker()
        bench.wait_for(lambda process=process: process.poll() is not None)
    bench.start_worker()
    bench.wait_for(lambda: f"given up work poison ended_worker {MOST_STARTS}" in bench.log())
    assert bench.log().count("begin poison") == MOST_STARTS
