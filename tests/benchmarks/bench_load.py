"""Measures one machine under load: deposits a second, pages read a second, and page views meanwhile.

    make bench-load                                     # SQLite, then PostgreSQL; about five minutes
    DEPOSIT_SECONDS=60 PAPERS=60 ON=postgresql make bench-load

A real installation (gunicorn, reading workers, everything flushed to disk) is asked over HTTP on this machine
only.  First, people look at pages while nothing else happens.  Then programs deposit as fast as they are
answered.  Then scans are sent until every reader has more than it can do, and people look at the same pages
again: what counts is the ratio of both.  It ends by itself.
"""

from __future__ import annotations

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import http.client
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psutil

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.first_look import NoLook
from forms_service.services import Actor
from forms_service.spec_catalogue import default_directory
from tests.failures.applicants import Program
from tests.failures.installation import ROOT, Installation, Postgres, wait_for

BACKENDS = os.environ.get("ON", "sqlite,postgresql").split(",")
DEPOSIT_SECONDS = float(os.environ.get("DEPOSIT_SECONDS", "20"))
PAPERS = int(os.environ.get("PAPERS", "24"))
PROGRAMS = int(os.environ.get("PROGRAMS", "4"))
WORKERS = int(os.environ.get("WORKERS", "1"))
VIEWS = int(os.environ.get("VIEWS", "300"))
VIEWERS = 2
SCAN = ROOT / "samples" / "311-1-14" / "youssef-bennani"
SCOPES = ["dossiers:read", "dossiers:write"]
PASSWORD = "a long enough password"


class Person:
    """Somebody with a browser: one line that stays open, one session."""

    def __init__(self, port: int, role: str) -> None:
        account = next(one for one in DEMO_ACCOUNTS if role in one.roles)
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies: dict[str, str] = {}
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/fr/sign-in"))
        assert token
        typed = {"login": account.login, "password": account.password, "csrf_token": token.group(1)}
        head = {"Content-Type": "application/x-www-form-urlencoded", "Referer": "http://127.0.0.1/fr/sign-in"}
        assert self._ask("POST", "/fr/sign-in", urlencode(typed), head)[0] == 303

    def get(self, path: str) -> str:
        """A page."""
        status, page = self._ask("GET", path)
        assert status == 200, (status, path)
        return page

    def _ask(
        self, method: str, path: str, body: str | None = None, more: dict[str, str] | None = None
    ) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        head = {**(more or {}), **({"Cookie": cookies} if cookies else {})}
        try:
            self._line.request(method, path, body, head)
            answer = self._line.getresponse()
        except ConnectionError:  # the line was idle too long; browsers do the same
            self._line.close()
            self._line.request(method, path, body, head)
            answer = self._line.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self._cookies[key] = kept
        return answer.status, answer.read().decode("utf-8", "replace")


@dataclass
class Found:
    """What one backend gave."""

    deposits_a_second: float = 0.0
    pages_a_second: float = 0.0
    idle_ms: list[float] = field(default_factory=list)
    deposits_ms: list[float] = field(default_factory=list)
    busy_ms: list[float] = field(default_factory=list)
    view_cpu_s: float = 0.0
    deposit_cpu_s: float = 0.0
    page_cpu_s: float = 0.0


class Load:
    """One installation and those who use it."""

    def __init__(self, folder: Path, database_url: str, database_pid: int | None) -> None:
        self._database_pid = database_pid
        self.installation = Installation(folder, _specs(folder), database_url, {"FORMS_DEMO": "1", **_WIDE})
        config = Config(
            data_folder=folder / "var",
            spec_folder=self.installation.spec_folder,
            database_url=database_url,
            demo=True,
        )
        self.application: Application = build(config, first_look=NoLook())
        self.programs = [self._program(number) for number in range(PROGRAMS)]

    def run(self) -> Found:
        """Everything once."""
        self.installation.add_web()
        self.port = self.installation.ports[0]
        wait_for(lambda: self.installation.listens(self.port), "the pages are served")
        self.people = [(Person(self.port, role), path) for role, path in _LOOKED_AT]
        found = Found()
        self._views(VIEWS // 4)  # everything is loaded once
        before = self._cpu_s()
        found.idle_ms = self._views(VIEWS)
        found.view_cpu_s = (self._cpu_s() - before) / len(found.idle_ms)
        before = self._cpu_s()
        found.deposits_a_second, found.deposits_ms = self._deposits()
        found.deposit_cpu_s = (self._cpu_s() - before) / len(found.deposits_ms)
        for _ in range(WORKERS):
            self.installation.add_worker()
        found.pages_a_second, found.busy_ms, found.page_cpu_s = self._readings()
        return found

    def _cpu_s(self) -> float:
        """Seconds of a core that pages and database have taken so far."""
        pids = [one.running.pid for one in self.installation.webs if one.running is not None]
        return sum(_core_seconds(one) for one in (*pids, self._database_pid) if one)

    def close(self) -> None:
        self.installation.close()
        self.application.close()

    def _program(self, number: int) -> Program:
        services = self.application.services
        person: Actor = services.add_account(
            f"{number + 300_000_000}", PASSWORD, f"P {number}", {"applicant"}
        )
        token, _ = services.make_token(person, "program", SCOPES)
        return Program(lambda: list(self.installation.ports), token, number)

    def _views(self, how_many: int, until: Callable[[], bool] | None = None) -> list[float]:
        """Pages asked for by some people at once, milliseconds each; longer until ``until`` says so."""
        took: list[float] = []
        asked = iter(range(10**9))

        def look(people: list[tuple[Person, str]]) -> None:
            while True:
                number = next(asked)
                if number >= how_many and (until is None or until()):
                    return
                person, path = people[number % len(people)]
                began = time.perf_counter()
                person.get(path)
                took.append(1000 * (time.perf_counter() - began))

        shares = [self.people[n::VIEWERS] for n in range(VIEWERS)]
        with ThreadPoolExecutor(VIEWERS) as viewers:
            for one in [viewers.submit(look, share) for share in shares]:
                one.result()
        return took

    def _deposits(self) -> tuple[float, list[float]]:
        ends, took = time.monotonic() + DEPOSIT_SECONDS, []
        lock = threading.Lock()

        def deposit(program: Program) -> None:
            while time.monotonic() < ends:
                began = time.perf_counter()
                program.deposit(_ANSWERS, None)
                with lock:
                    took.append(1000 * (time.perf_counter() - began))

        began = time.monotonic()
        with ThreadPoolExecutor(PROGRAMS) as programs:
            for one in [programs.submit(deposit, program) for program in self.programs]:
                one.result()
        return len(took) / (time.monotonic() - began), took

    def _readings(self) -> tuple[float, list[float], float]:
        """Scans are sent; people look at pages until all are read.  Last, the seconds of a core for each page."""
        scan = next(
            one for one in sorted(SCAN.glob("scan-*")) if one.suffix == ".pdf" or one.suffix == ".jpg"
        )
        pages = _pages_of(scan)
        services, owner = self.application.services, self._applicant()
        began = time.monotonic()
        dossiers = []
        for _ in range(PAPERS):
            dossiers.append(services.open_dossier(owner, "311-1-14", "fr"))
            services.upload(owner, dossiers[-1], scan.name, scan.read_bytes(), "form", None)
        took = self._views(VIEWS, lambda: self._all_read(owner, dossiers))
        wait_for(lambda: self._all_read(owner, dossiers), "everything is read", 900)
        workers = [one.running.pid for one in self.installation.workers if one.running is not None]
        cost = sum(_core_seconds(one) for one in workers) / (PAPERS * pages)
        return PAPERS * pages / (time.monotonic() - began), took, cost

    def _applicant(self) -> Actor:
        account = next(one for one in DEMO_ACCOUNTS if "applicant" in one.roles)
        found = self.application.services.authenticate(account.login, account.password)
        assert found
        return found

    def _all_read(self, owner: Actor, dossiers: list[str]) -> bool:
        left = [one for one in dossiers if not self._is_read(owner, one)]
        dossiers[:] = left
        return not left

    def _is_read(self, owner: Actor, dossier_id: str) -> bool:
        papers = self.application.services.dossier(owner, dossier_id).attachments
        return all(one.status not in ("waiting", "reading") for one in papers)


def _core_seconds(pid: int) -> float:
    """What a process, those it started and those that ended in it have taken of a core."""
    master = psutil.Process(pid)
    return sum(sum(one.cpu_times()[:4]) for one in (master, *master.children(recursive=True)))


def _pages_of(scan: Path) -> int:
    if scan.suffix != ".pdf":
        return 1
    import pypdfium2

    return len(pypdfium2.PdfDocument(scan))


def _specs(folder: Path) -> Path:
    """All forms of the fund, and the small one that programs deposit."""
    place = folder / "specs"
    shutil.copytree(default_directory(), place)
    shutil.copytree(ROOT / "tests" / "third_form" / "leave-1", place / "leave-1")
    return place


_LOOKED_AT = (
    ("applicant", "/fr/dossiers/"),
    ("applicant", "/ar/procedures/"),
    ("clerk", "/fr/agency/"),
    ("reviewer", "/fr/review/"),
    ("operator", "/fr/operator/record"),
    ("applicant", "/ar/guidance/"),
)
_ANSWERS = {
    "person.registration": "123456789",
    "person.first": "Salma",
    "person.last": "Bennani",
    "reason": "sickness",
    "leave.begins": "2026-03-02",
    "leave.daily_wage": "180.50",
}
_WIDE = {
    "FORMS_COSTLY_A_MINUTE": "1000000",
    "FORMS_COSTLY_A_MINUTE_FROM": "1000000",
    "FORMS_OPEN_DOSSIERS": "1000000",
    "FORMS_UPLOAD_FILES_A_DAY": "1000000",
    "FORMS_UPLOAD_MB_A_DAY": "1000000",
}
"""One person stands for thousands here: no share of a day is to end the measurement."""


def measured(backend: str) -> Found:
    """One run on a fresh installation."""
    folder = Path(tempfile.mkdtemp(prefix="load-"))
    postgres = Postgres() if backend == "postgresql" else None
    load = None
    try:
        url, database_pid = "", None
        if postgres is not None:
            postgres.start()
            postgres.create("load")
            url, database_pid = postgres.url("load"), postgres.pid
        load = Load(folder, url, database_pid)
        return load.run()
    except BaseException:
        for log in sorted(folder.glob("*.log")):
            print(log.name, log.read_text(errors="replace")[-3000:], sep="\n", file=sys.stderr)
        raise
    finally:
        if load is not None:
            load.close()
        if postgres is not None:
            postgres.close()
        shutil.rmtree(folder, ignore_errors=True)


def _three(took: list[float]) -> str:
    parts = statistics.quantiles(took, n=100)
    return f"{parts[49]:8.0f} {parts[94]:8.0f} {parts[98]:8.0f}"


def main() -> None:
    print(
        f"{os.cpu_count()} cores, {PROGRAMS} programs, {VIEWERS} people at pages, {WORKERS} reading worker(s)"
    )
    for backend in BACKENDS:
        found = measured(backend)
        print(f"\n{backend:<44}{'p50':>8} {'p95':>8} {'p99':>8}  ms")
        print(f"{'page views, nothing else':<44}{_three(found.idle_ms)}")
        print(f"{'page views while every reader is busy':<44}{_three(found.busy_ms)}")
        print(f"{'a deposit from opening to receipt (5 requests)':<44}{_three(found.deposits_ms)}")
        idle, busy = statistics.median(found.idle_ms), statistics.median(found.busy_ms)
        print(
            f"deposits: {found.deposits_a_second:.1f}/s   pages read: {found.pages_a_second:.2f}/s   "
            f"page views under reading: {busy / idle:.1f}x"
        )
        print(
            f"of a core: a page view {1000 * found.view_cpu_s:.0f} ms   a deposit {1000 * found.deposit_cpu_s:.0f} ms"
            f"   a page read {found.page_cpu_s:.1f} s (start of the reader included)",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
