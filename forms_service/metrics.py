"""Figures for monitoring, counted where things happen; labels are few and never personal.

Several processes of a host count apart, each into files of its own in one folder, and whoever is asked adds
them up.  That folder must be known before anything counts: ``serve`` names it to its processes.  A process
that runs alone counts in memory.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own name for the folder in which processes of a host count together."""

log = structlog.get_logger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST

COUNTED = CollectorRegistry()
"""What this process counts."""

disable_created_metrics()  # type: ignore[no-untyped-call]

_PAGE_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_JOB_SECONDS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)

REQUESTS = Counter(
    "forms_requests", "Answered requests, by endpoint and status.", ("endpoint", "status"), registry=COUNTED
)
REQUEST_SECONDS = Histogram(
    "forms_request_seconds",
    "Time until an answer was ready, by endpoint.",
    ("endpoint",),
    buckets=_PAGE_SECONDS,
    registry=COUNTED,
)
REQUESTS_AT_ONCE = Gauge(
    "forms_requests_in_progress", "Requests being answered.", registry=COUNTED, multiprocess_mode="livesum"
)
DEPOSITS = Counter(
    "forms_deposits", "Deposits answered with a receipt, by form.", ("form",), registry=COUNTED
)
UPLOADS = Counter("forms_uploads", "Papers and stacks taken in.", ("kind",), registry=COUNTED)
UPLOADED_BYTES = Counter("forms_uploaded_bytes", "Bytes of papers and stacks taken in.", registry=COUNTED)
PAGES_READ = Counter("forms_pages_read", "Pages read.", registry=COUNTED)
JOBS = Counter(
    "forms_jobs", "Attempts at jobs, by task and how they ended.", ("task", "outcome"), registry=COUNTED
)
JOB_SECONDS = Histogram(
    "forms_job_seconds",
    "Time an attempt at a job took.",
    ("task",),
    buckets=_JOB_SECONDS,
    registry=COUNTED,
)
JOBS_GIVEN_UP = Counter(
    "forms_jobs_given_up", "Times that a job was given up, by task.", ("task",), registry=COUNTED
)
DATABASE_ERRORS = Counter("forms_database_errors", "Errors of the database.", ("kind",), registry=COUNTED)
STORE_ERRORS = Counter(
    "forms_store_errors", "Errors of the store of papers.", ("operation",), registry=COUNTED
)


@contextmanager
def shared_folder(parent: Path) -> Iterator[Path]:
    """A fresh folder in which the processes started meanwhile count together, gone afterwards."""
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left_behind in parent.glob("figures-*"):  # by a ``serve`` that was killed
        if not _lives(int(left_behind.name.split("-")[1])):
            shutil.rmtree(left_behind, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"figures-{os.getpid()}-", dir=parent))
    os.environ[SHARED_FOLDER] = str(folder)
    try:
        yield folder
    finally:
        os.environ.pop(SHARED_FOLDER, None)
        shutil.rmtree(folder, ignore_errors=True)


def forget_process(pid: int) -> None:
    """Leave out what a process that ended was in the middle of; what it counted stays."""
    if folder := os.environ.get(SHARED_FOLDER):
        for pattern in (f"gauge_live*_{pid}.db", f"process-*-{pid}"):
            for path in Path(folder).glob(pattern):
                path.unlink(missing_ok=True)


def _forget_the_dead(folder: Path) -> None:
    """Also those whose end nobody here was told of, such as a web process that its gunicorn ended."""
    named = {path.stem.rpartition("_")[2] for path in folder.glob("gauge_live*_*.db")}
    named |= {path.name.rpartition("-")[2] for path in folder.glob("process-*-*")}
    for pid in map(int, named):
        if not _lives(pid):
            forget_process(pid)


def is_counted_together() -> bool:
    """Whether this process counts with others of its host, one of which tells the figures of all."""
    return SHARED_FOLDER in os.environ


def join_figures(kind: str) -> None:
    """Let this process be seen among those of its host, as one of that kind (``web``, ``worker``)."""
    if folder := os.environ.get(SHARED_FOLDER):
        (Path(folder) / f"process-{kind}-{os.getpid()}").touch()


def exposition(*more: Collector) -> bytes:
    """Everything counted on this host in Prometheus' text format, with what ``more`` collects now."""
    registry = CollectorRegistry()
    folder = os.environ.get(SHARED_FOLDER)
    if folder:
        _forget_the_dead(Path(folder))
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    registry.register(ProcessFacts(folder))
    for one in more:
        registry.register(one)
    counted = b"" if folder else generate_latest(COUNTED)
    return counted + generate_latest(registry)


class ProcessFacts(Collector):
    """How many processes of each kind run on this host, and the memory, time and files they use."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Sum the facts of the living processes, by kind."""
        sums: dict[str, list[float]] = {}
        for kind, pid in self._processes():
            with suppress(OSError, ValueError, IndexError):
                facts = _facts_of(pid)
                sums[kind] = [a + b for a, b in zip(sums.get(kind, [0.0] * 4), facts, strict=True)]
        for number, (name, said) in enumerate(_PROCESS_FIGURES):
            family = GaugeMetricFamily(name, said, labels=("kind",))
            for kind, figures in sorted(sums.items()):
                family.add_metric((kind,), figures[number])
            yield family

    def _processes(self) -> list[tuple[str, int]]:
        if not self._folder:
            return [("alone", os.getpid())]
        named = [path.name.split("-") for path in Path(self._folder).glob("process-*-*")]
        return [(kind, int(pid)) for _, kind, pid in named]


_PROCESS_FIGURES = (
    ("forms_processes", "Processes of the service on this host."),
    ("forms_process_resident_bytes", "Memory they hold."),
    ("forms_process_cpu_seconds", "Processor time used by those that live."),
    ("forms_process_open_files", "Files and connections they have open."),
)


def _lives(pid: int) -> bool:
    return (Path("/proc") / str(pid)).exists()


def _facts_of(pid: int) -> list[float]:
    """One process: itself, its resident bytes, processor seconds, open files."""
    proc = Path("/proc") / str(pid)
    after_name = (proc / "stat").read_text().rpartition(")")[2].split()
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    cpu = (int(after_name[11]) + int(after_name[12])) / ticks
    return [1.0, float(int(after_name[21]) * page), cpu, float(len(list((proc / "fd").iterdir())))]


def counted(task: str, carry_out: Callable[[str], None]) -> Callable[[str], None]:
    """A job's function that also counts its attempts and tells how they ended and how long they took."""

    def counting(key: str) -> None:
        began, outcome = time.monotonic(), "failed"
        try:
            carry_out(key)
            outcome = "done"
        finally:
            seconds = time.monotonic() - began
            JOBS.labels(task, outcome).inc()
            JOB_SECONDS.labels(task).observe(seconds)
            log.info("attempt", task=task, outcome=outcome, ms=round(1000 * seconds))

    return counting
