"""Programs deposit while processes are killed at random moments; then everything that was confirmed is counted.

Kills are drawn beforehand, by how many deposits are done: the same seed kills as often on a slow machine as on a
fast one, at moments that nobody chose.
"""

from __future__ import annotations

import io
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.first_look import NoLook
from forms_service.living_workers import engine_table
from forms_service.render.form_pdf import render_filled
from forms_service.services import Actor
from forms_service.storage.account_models import HolderRow, LetterRow
from forms_service.storage.api_models import KeptAnswerRow
from forms_service.storage.dead_letters import DEAD
from forms_service.storage.job_models import DeadLetterRow, JobRunRow
from forms_service.storage.models import AttachmentRow, AuditRow, DossierRow, IntakeRow, LeftPageRow
from tests.failures.applicants import Deposited, Program, send_stack
from tests.failures.installation import Installation, Postgres, Started, wait_for

SCOPES = ["dossiers:read", "dossiers:write"]


@dataclass(frozen=True)
class Plan:
    """How much is deposited, and how often each kind of process is killed meanwhile."""

    deposits: int
    programs: int
    kills: dict[str, int]
    seed: int
    paper_every: int = 1
    stacks: int = 0
    webs: int = 2
    workers: int = 2


@dataclass
class Outcome:
    """What was confirmed, and what was found of it."""

    done: list[Deposited] = field(default_factory=list)
    stacks: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    resent: int = 0
    odd: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def papers(self) -> int:
        return sum(one.paper is not None for one in self.done)


class Storm:
    """One run."""

    def __init__(self, plan: Plan, installation: Installation, postgres: Postgres | None) -> None:
        self.plan, self.installation, self.postgres = plan, installation, postgres
        self.outcome = Outcome()
        self._lock = threading.Lock()
        self._broken: list[BaseException] = []
        self._left = plan.deposits
        self._down: Started | None = None
        self.application: Application = build(self._config(), first_look=NoLook())

    def run(self) -> Outcome:
        """Start everything, deposit, kill, wait until nothing is under way any more, and count."""
        began = time.monotonic()
        programs, clerk = self._programs()
        for _ in range(self.plan.webs):
            self.installation.add_web()
        for _ in range(self.plan.workers):
            self.installation.add_worker()
        for port in self.installation.ports:
            wait_for(lambda port=port: self.installation.listens(port), "a web server listens")
        jobs = [(self._deposit, (program,)) for program in programs]
        jobs += [(self._send_stacks, (clerk,)), (self._kill, ())]
        threads = [threading.Thread(target=self._guarded, args=(work, given)) for work, given in jobs]
        over = threading.Event()
        supervisor = threading.Thread(target=self._supervise, args=(over,))
        for one in (supervisor, *threads):
            one.start()
        for one in threads:
            one.join()
        over.set()
        supervisor.join()
        if self._broken:
            raise self._broken[0]
        self.outcome.resent = sum(one.resent for one in (*programs, clerk))
        self.outcome.odd = [what for one in (*programs, clerk) for what in one.odd]
        wait_for(lambda: not any(self._under_way().values()), f"all work ends: {self._under_way()}")
        self._count()
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    def close(self) -> None:
        self.installation.close()
        self.application.close()

    def _config(self) -> Config:
        return Config(
            data_folder=self.installation.folder / "var",
            spec_folder=self.installation.spec_folder,
            database_url=self.installation.database_url,
        )

    def _supervise(self, over: threading.Event) -> None:
        """Start again what ended by itself, as systemd does: a web server that began while the database was away."""
        while not over.wait(0.5):
            for one in (*self.installation.webs, *self.installation.workers):
                if one is not self._down and not one.lives:
                    one.start()

    # --- what happens ---------------------------------------------------------------------------

    def _programs(self) -> tuple[list[Program], Program]:
        services, draw = self.application.services, random.Random(self.plan.seed)
        ports = lambda: list(self.installation.ports)  # noqa: E731
        programs = []
        for number in range(self.plan.programs):
            person = services.add_account(f"{number + 100_000_000}", _PASSWORD, f"P {number}", {"applicant"})
            with self.application.database.writing() as session:
                session.add(_holder(person, number))
            token, _ = services.make_token(person, "program", SCOPES)
            programs.append(Program(ports, token, draw.randrange(2**32)))
        agency = services.add_account("agence", _PASSWORD, "Agence", {"clerk"})
        token, _ = services.make_token(agency, "program", [*SCOPES, "agency"])
        return programs, Program(ports, token, draw.randrange(2**32))

    def _guarded(self, work: Callable[..., None], given: tuple[Any, ...]) -> None:
        try:
            work(*given)
        except BaseException as error:
            self._broken.append(error)

    def _deposit(self, program: Program) -> None:
        while not self._broken:
            with self._lock:
                number = self.plan.deposits - self._left
                if self._left == 0:
                    return
                self._left -= 1
            answers = _answers(number)
            done = program.deposit(
                answers, self._paper(answers) if number % self.plan.paper_every == 0 else None
            )
            with self._lock:
                self.outcome.done.append(done)

    def _paper(self, answers: dict[str, Any]) -> Callable[[str], bytes]:
        spec = self.application.catalogue.get("leave-1", None)
        return lambda reference: render_filled(spec, answers | _ON_PAPER, reference)

    def _send_stacks(self, clerk: Program) -> None:
        for number in range(self.plan.stacks):
            wait_for(
                lambda n=number: self._reached(n / max(1, self.plan.stacks)), "half of the deposits", 900
            )
            self.outcome.stacks.append(send_stack(clerk, _pile(number)))

    def _kill(self) -> None:
        draw = random.Random(self.plan.seed + 1)
        victims = [kind for kind, times in self.plan.kills.items() for _ in range(times)]
        draw.shuffle(victims)
        moments = sorted(draw.uniform(0.02, 0.95) for _ in victims)
        for moment, kind in zip(moments, victims, strict=True):
            wait_for(lambda moment=moment: self._reached(moment), f"{moment:.0%} of the deposits", 900)
            time.sleep(draw.uniform(0.0, 0.4))
            if kind == "database":
                assert self.postgres is not None
                self.postgres.kill()
                time.sleep(draw.uniform(0.1, 1.5))
                self.postgres.start()
            else:
                victim = draw.choice(self.installation.webs if kind == "web" else self.installation.workers)
                self._down = victim
                victim.kill()
                time.sleep(draw.uniform(0.1, 1.5))
                victim.start()
                self._down = None
                self._wait_until_up(victim)
            self.outcome.killed[kind] += 1

    def _wait_until_up(self, victim: Started) -> None:
        """A web server is killed again only once it was there: nobody starves for want of any."""
        if victim in self.installation.webs:
            port = self.installation.ports[self.installation.webs.index(victim)]
            wait_for(lambda: self.installation.listens(port), "a web server is back")

    def _reached(self, share: float) -> bool:
        if self._broken:
            raise RuntimeError("another part of the run broke")
        return len(self.outcome.done) >= share * self.plan.deposits

    # --- what is found --------------------------------------------------------------------------

    def _under_way(self) -> dict[str, int]:
        with self._reading() as session:
            table = engine_table(session)
            jobs = f"select count(*) from {table} where status in ('ENQUEUED', 'PENDING', 'DELAYED')"
            return {
                "jobs": session.scalar(text(jobs)) or 0,
                "readings": _number(session, AttachmentRow, AttachmentRow.status.in_(("waiting", "reading"))),
                "stacks": _number(session, IntakeRow, IntakeRow.state.in_(("waiting", "sorting"))),
                "letters": _number(
                    session, LetterRow, LetterRow.sealed.is_not(None), LetterRow.given_up_at.is_(None)
                ),
                "kept answers": _number(
                    session, KeptAnswerRow, KeptAnswerRow.stage.in_(("begun", "effective"))
                ),
                "runs": _number(session, JobRunRow),
            }

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self.application.database.reading() as session:
            yield session

    def _count(self) -> None:
        wrong: dict[str, list[str]] = {"lost": [], "doubled": [], "stuck": [], "given up": []}
        with self._reading() as session:
            for one in self.outcome.done:
                self._look_for(session, one, wrong)
            known = {one.dossier for one in self.outcome.done}
            opened = set(session.scalars(select(DossierRow.id).where(DossierRow.form_id == "leave-1")))
            wrong["doubled"] += sorted(opened - known)
            letters = _number(session, LetterRow, LetterRow.sent_at.is_not(None))
            if letters != len(self.outcome.done):
                wrong["lost" if letters < len(self.outcome.done) else "doubled"].append(f"letters: {letters}")
            wrong["given up"] += list(
                session.scalars(select(DeadLetterRow.id).where(DeadLetterRow.state == DEAD))
            )
            self._look_for_stacks(session, wrong)
        wrong["stuck"] += [f"{what}: {number}" for what, number in self._under_way().items() if number]
        self.outcome.wrong = wrong

    def _look_for(self, session: Session, one: Deposited, wrong: dict[str, list[str]]) -> None:
        row, store = session.get(DossierRow, one.dossier), self.application.services.objects
        if row is None or row.deposited_at is None or row.receipt is None:
            wrong["lost"].append(f"deposit {one.dossier}")
            return
        owner = self.application.services.actor(row.owner_id)
        assert owner is not None
        if self.application.services.latest_receipt(owner, one.dossier).digest() != one.receipt["digest"]:
            wrong["lost"].append(f"receipt of {one.dossier}: another one")
        if row.receipt_object is None or store.get(row.receipt_object) != one.pdf:
            wrong["lost"].append(f"receipt's file of {one.dossier}")
        times = _number(session, AuditRow, AuditRow.dossier_id == row.id, AuditRow.action == "deposited")
        if times != 1:
            wrong["doubled"].append(f"deposit {one.dossier}: {times}")
        uploads = select(AttachmentRow).where(
            AttachmentRow.dossier_id == row.id, AttachmentRow.origin == "upload"
        )
        papers = list(session.scalars(uploads))
        if len(papers) != (one.paper is not None):
            wrong["lost" if not papers else "doubled"].append(f"papers of {one.dossier}: {len(papers)}")
        for paper in papers:
            if paper.id != one.attachment or store.get(paper.object_key) != one.paper:
                wrong["lost"].append(f"paper {one.attachment}")
            if paper.status != "read":
                wrong["stuck"].append(f"paper {paper.id}: {paper.status}")
            readings = _number(
                session,
                AuditRow,
                AuditRow.action == "read",
                AuditRow.details["attachment"].as_string() == paper.id,
            )
            if readings != 1:
                wrong["doubled" if readings else "lost"].append(f"reading of {paper.id}: {readings}")
        self._look_at_answers(one, owner, wrong)

    def _look_at_answers(self, one: Deposited, owner: Actor, wrong: dict[str, list[str]]) -> None:
        held = self.application.services.dossier(owner, one.dossier).dossier.answers()
        for name, value in one.answers.items():
            if held.get(name) != value:
                wrong["lost"].append(f"answer {name} of {one.dossier}")

    def _look_for_stacks(self, session: Session, wrong: dict[str, list[str]]) -> None:
        kept = set(session.scalars(select(IntakeRow.id)))
        wrong["lost"] += [f"stack {one}" for one in self.outcome.stacks if one not in kept]
        wrong["doubled"] += [f"stack {one}" for one in kept if one not in self.outcome.stacks]
        for stack in self.outcome.stacks:
            left = _number(session, LeftPageRow, LeftPageRow.intake_id == stack)
            if left != 2:
                wrong["lost" if left < 2 else "doubled"].append(f"sheets of stack {stack}: {left}")


_PASSWORD = "a long enough password"
_ON_PAPER = {"leave.city": "Rabat"}
"""What only the paper says: it must be found among the answers of whoever asks the reading."""


def _holder(person: Actor, number: int) -> HolderRow:
    return HolderRow(
        account_id=person.id,
        first_name="P",
        email=f"p{number}@example.org",
        language="fr",
        notify_by=["email"],
    )


def _answers(number: int) -> dict[str, Any]:
    return {
        "person.registration": "123456789",
        "person.first": "Salma",
        "person.last": "Bennani",
        "reason": "maternity" if number % 2 else "sickness",
        "leave.begins": f"2026-{number % 12 + 1:02}-{number % 27 + 1:02}",
        "leave.daily_wage": f"{100 + number}.50",
    }


def _pile(number: int) -> bytes:
    """Two sheets that belong to nobody."""
    from PIL import Image, ImageDraw

    sheets = []
    for page in range(2):
        sheets.append(Image.new("L", (620, 877), 250))
        ImageDraw.Draw(sheets[-1]).text((75, 150), f"Sheet {number}.{page}", fill=10, font_size=40)
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=75)
    return out.getvalue()


def _number(session: Session, row: Any, *conditions: Any) -> int:
    return session.scalar(select(func.count()).select_from(row).where(*conditions)) or 0


def table(plan: Plan, outcome: Outcome, backend: str) -> str:
    """The run as a table, and one closing line."""
    killed = ", ".join(f"{kind} {times}" for kind, times in sorted(outcome.killed.items()))
    lines = [
        ("database", backend),
        ("seed", plan.seed),
        ("seconds", f"{outcome.seconds:.0f}"),
        ("programs at once", plan.programs),
        ("deposits answered with a receipt", len(outcome.done)),
        ("papers confirmed", outcome.papers),
        ("stacks confirmed", len(outcome.stacks)),
        ("kill -9", killed or "none"),
        ("requests sent again", outcome.resent),
        ("answered by an incident", len(outcome.odd)),
        *((what, len(found)) for what, found in outcome.wrong.items()),
    ]
    width = max(len(str(name)) for name, _ in lines)
    told = "\n".join(f"{name:<{width}}  {value}" for name, value in lines)
    found = {what: few for what, few in outcome.wrong.items() if few}
    closing = "nothing lost, doubled, stuck or given up" if not found else json.dumps(found, indent=1)[:4000]
    return f"{told}\n{closing}"
