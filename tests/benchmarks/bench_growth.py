"""Measures whether pages stay as fast and processes as small from the hundredth dossier to the hundred-thousandth.

    make bench-growth                                 # SQLite: 100, 1,000, 10,000 and 100,000 dossiers
    SIZES=100,10000 ON=postgresql make bench-growth

One dossier of the family allowances is made by the service itself: opened, answered, sent as paper (sixty readings),
deposited and recorded.  The database then copies its rows so often that each size is reached, with references, owners,
names and days of their own; most copies are decided, one in fifty waits, as in a year of an office.  Each page is
asked for ``TIMES`` times, of dossiers drawn from all of them, and its median is printed with the memory of the process.
What lies in the object store is shared by the copies: its size is reckoned beside the table.
"""

from __future__ import annotations

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import contextlib
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import Column, Connection, DateTime, Integer, Table, func, insert, select, text

from core.name_sounds import index_words
from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.first_look import NoLook
from forms_service.services.base import ID_LETTERS
from forms_service.storage.models import Base, UtcTime
from forms_service.storage.name_index import OWNER, spelled
from forms_service.storage.office_models import NameWordRow
from forms_service.watching_settings import WatchingSettings
from forms_service.web import create_app
from tests.browser.prepared_dossier import actor, reviewable
from tests.browser.review_desk import Waiting
from tests.failures.installation import Postgres

SIZES = [int(one) for one in os.environ.get("SIZES", "100,1000,10000,100000").split(",")]
TIMES = int(os.environ.get("TIMES", "25"))
ON = os.environ.get("ON", "sqlite")
NAMES = ("Ahmed", "Fatima", "Hassan", "Khadija", "Mohammed", "Naima", "Omar", "Rachid", "Samira", "Youssef")
SYLLABLES = ("ba", "da", "fa", "ga", "ha", "ja", "ka", "la", "ma", "na", "ra", "sa", "ta", "wa", "ya", "za")
KEPT = 9
"""So many letters of an id stay; the number of the copy stands behind them."""
STEPS = (7, 13, 29)
WAITING = 50
"""One in so many copies waits for a reviewer."""
A_YEAR = 365


@dataclass(frozen=True)
class Measured:
    """One size."""

    dossiers: int
    medians_ms: dict[str, float]
    resident_mib: float
    database_mib: float


class Copies:
    """Copies every row that belongs to one dossier, within the database."""

    def __init__(self, connection: Connection, dossier_id: str, owner_id: str) -> None:
        self.connection, self.dossier_id, self.owner_id = connection, dossier_id, owner_id
        self.on_postgresql = connection.dialect.name == "postgresql"

    def make(self, first: int, last: int) -> None:
        """Copies with the numbers from ``first`` to ``last``."""
        self._rows("account", "id = :owner", first, last)
        self._rows("dossier", "id = :dossier", first, last)
        papers = "(select id from attachment where dossier_id = :dossier)"
        for table in Base.metadata.sorted_tables:
            if table.name in ("dossier", "audit_link") or table.name not in self._there():
                continue
            if "dossier_id" in table.c:
                self._rows(table.name, "dossier_id = :dossier", first, last)
            elif table.name == "page":
                self._rows(table.name, f"attachment_id in {papers}", first, last)
        self._names(first, last)
        self._links()

    def _there(self) -> set[str]:
        return {
            "answer",
            "answer_group",
            "attachment",
            "extraction",
            "page",
            "audit",
            "name_word",
            "honour_declaration",
        }

    def _rows(self, name: str, which: str, first: int, last: int) -> None:
        table = Base.metadata.tables[name]
        columns = [one for one in table.c if not _counted_by_the_database(one)]
        numbers = (
            "generate_series(cast(:first as int), cast(:last as int)) as n(i)"
            if self.on_postgresql
            else "(with recursive n(i) as (select :first union all select i + 1 from n where i < :last)"
            " select i from n) as n"
        )
        said = ", ".join(f'"{one.name}"' for one in columns)
        taken = ", ".join(self._value(table, one) for one in columns)
        self.connection.execute(
            text(
                f'insert into "{name}" ({said}) select {taken} from "{name}" as t cross join {numbers} where {which}'
            ),
            {"first": first, "last": last, "dossier": self.dossier_id, "owner": self.owner_id},
        )

    def _value(self, table: Table, column: Column[object]) -> str:
        plain = f't."{column.name}"'
        copied = f"{_drawn('n.i')} || substr({plain}, 1, {KEPT}) || n.i"
        if (table.name, column.name) in (("dossier", "reference"), ("account", "login")):
            return "'G' || n.i"
        if (table.name, column.name) == ("dossier", "state"):
            return f"case when n.i % {WAITING} = 0 then {plain} else 'accepted' end"
        if (table.name, column.name) == ("dossier", "registration"):
            return "cast(200000000 + n.i as varchar)"
        if column.name in ("id", "dossier_id", "attachment_id", "owner_id") and not isinstance(
            column.type, Integer
        ):
            return copied
        if isinstance(column.type, DateTime | UtcTime):
            if self.on_postgresql:
                return f"{plain} - (n.i % {A_YEAR}) * interval '1 day'"
            return f"strftime('%Y-%m-%d %H:%M:%f000', {plain}, '-' || (n.i % {A_YEAR}) || ' days')"
        return plain

    def _names(self, first: int, last: int) -> None:
        """Each copy is found by a name of its own; such words lie pinned, so the database cannot make them."""
        for begin in range(first, last + 1, 5_000):
            rows = [
                {
                    "dossier_id": copied_id(self.dossier_id, number),
                    "source": OWNER,
                    **spelled(one.word, one.sound),
                }
                for number in range(begin, min(begin + 5_000, last + 1))
                for one in index_words(name_of(number))
            ]
            self.connection.execute(insert(NameWordRow), rows)

    def _links(self) -> None:
        """Copied lines of the record stand in its chain as all lines do, but nothing vouches for them."""
        self.connection.execute(
            text(
                "insert into audit_link (position, audit_id, hash) select (select max(position) from audit_link)"
                " + row_number() over (order by id), id, '' from audit"
                " where id > (select max(audit_id) from audit_link)"
            )
        )


def copied_id(dossier_id: str, number: int) -> str:
    """What the copy with that number is called; the database says the same in ``_drawn``."""
    letters = (ID_LETTERS[number * step % len(ID_LETTERS)] for step in STEPS)
    return f"{''.join(letters)}{dossier_id[:KEPT]}{number}"


def name_of(number: int) -> str:
    """A first name that many have, and a family's name that some do."""
    syllables = ""
    rest = number // len(NAMES) % 4_000
    while True:
        rest, one = divmod(rest, len(SYLLABLES))
        syllables += SYLLABLES[one]
        if not rest:
            return f"{NAMES[number % len(NAMES)]} {syllables}oui"


def _drawn(number: str) -> str:
    """Three letters that ids begin with, spread over all there are as those of real ids are."""
    letters = (f"substr('{ID_LETTERS}', {number} * {step} % {len(ID_LETTERS)} + 1, 1)" for step in STEPS)
    return " || ".join(letters)


def _counted_by_the_database(column: Column[object]) -> bool:
    return bool(column.primary_key) and isinstance(column.type, Integer) and column.name == "id"


@contextlib.contextmanager
def service(folder: Path) -> Iterator[Application]:
    """The service on the database that was asked for."""
    postgres = Postgres() if ON == "postgresql" else None
    application = None
    try:
        if postgres is not None:
            postgres.start()
            postgres.create("growth")
        url = postgres.url("growth") if postgres else ""
        quiet = WatchingSettings(log_level="error")
        config = Config(data_folder=folder / "var", demo=True, database_url=url, watching=quiet)
        application = build(config, jobs=Waiting(), first_look=NoLook())
        yield application
    finally:
        if application is not None:
            application.close()
        if postgres is not None:
            postgres.close()


def signed_in(application: Application, role: str) -> FlaskClient:
    """A browser of somebody with that role."""
    app = create_app(application)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    account = next(one for one in DEMO_ACCOUNTS if role in one.roles)
    answer = client.post("/fr/sign-in", data={"login": account.login, "password": account.password})
    assert answer.status_code == 303
    return client


def pages(application: Application, dossier_id: str, copies: int) -> dict[str, Callable[[], object]]:
    """What is asked for, by its name; dossiers are drawn from all there are."""
    draw = random.Random(copies)
    clerk, reviewer, operator = (signed_in(application, role) for role in ("clerk", "reviewer", "operator"))
    applicant = signed_in(application, "applicant")

    def one_of_all() -> str:
        return copied_id(dossier_id, draw.randrange(1, copies))

    def waiting() -> str:
        return copied_id(dossier_id, draw.randrange(1, max(2, copies // WAITING)) * WAITING)

    def get(client: FlaskClient, path: Callable[[], str]) -> Callable[[], object]:
        def ask() -> None:
            answer = client.get(path(), follow_redirects=True)
            assert answer.status_code == 200, (answer.status, path())

        return ask

    person = actor(application, "applicant")

    def open_one() -> None:
        application.services.open_dossier(person, "card-duplicate", "fr")

    return {
        "an applicant's requests": get(applicant, lambda: "/fr/dossiers/"),
        "one request": get(clerk, lambda: f"/fr/dossiers/{one_of_all()}"),
        "the reviewers' queue": get(reviewer, lambda: "/fr/review/"),
        "one review of sixty readings": get(reviewer, lambda: f"/fr/review/{waiting()}"),
        "a clerk's desk": get(clerk, lambda: "/fr/agency/"),
        "finding by reference": get(clerk, lambda: f"/fr/agency/?q=G{draw.randrange(1, copies)}"),
        "finding by name": get(clerk, lambda: f"/fr/agency/?q={quote(name_of(draw.randrange(1, copies)))}"),
        "figures of thirty days": get(operator, lambda: "/fr/operator/"),
        "the record, newest first": get(operator, lambda: "/fr/operator/record"),
        "opening a request": open_one,
    }


def measured(application: Application, dossier_id: str, copies: int) -> Measured:
    """The median of each page, and the memory after all of them."""
    medians = {}
    for name, ask in pages(application, dossier_id, copies).items():
        ask()
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            ask()
            took.append(time.perf_counter() - began)
        medians[name] = 1000 * statistics.median(took)
    with application.database.reading() as session:
        size = (
            select(func.pg_database_size(func.current_database()))
            if ON == "postgresql"
            else text("select page_count * page_size from pragma_page_count(), pragma_page_size()")
        )
        kept = session.scalar(size)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(copies, medians, resident, kept / 2**20)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="growth-") as place, service(Path(place)) as application:
        folder = Path(place) / "prepared"
        folder.mkdir()
        dossier_id, _ = reviewable(application, folder, application.jobs)
        owner_id = actor(application, "applicant").id
        found: list[Measured] = []
        made = 0
        for size in SIZES:
            began = time.monotonic()
            with application.database.engine.begin() as connection:
                Copies(connection, dossier_id, owner_id).make(made + 1, size)
                made = size
            with application.database.engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            ) as connection:
                connection.execute(text("analyze"))
            print(f"{size:,} dossiers made in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
            found.append(measured(application, dossier_id, size))
    print(table(found))


def table(found: list[Measured]) -> str:
    """The sizes side by side, and how much the last one takes of the first."""
    head = (
        f"{ON + ', ms (median)':<32}" + "".join(f"{one.dossiers:>12,}" for one in found) + f"{'growth':>10}"
    )
    lines = [head]
    for name in found[0].medians_ms:
        took = [one.medians_ms[name] for one in found]
        lines.append(f"{name:<32}" + "".join(f"{ms:>12.1f}" for ms in took) + f"{took[-1] / took[0]:>9.1f}x")
    for name, values in (
        ("memory of the process, MiB", [one.resident_mib for one in found]),
        ("database, MiB", [one.database_mib for one in found]),
    ):
        lines.append(f"{name:<32}" + "".join(f"{value:>12,.0f}" for value in values))
    per = 1024 * (found[-1].database_mib - found[0].database_mib) / (found[-1].dossiers - found[0].dossiers)
    lines.append(f"database per dossier: {per:.0f} KiB (sixty readings each)")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
