"""The service of a demonstration: a clock that is moved, work done at once, messages kept beside the results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten
from typing import Any

import click

from core.localized_text import Language, LocalizedText
from forms_service.bootstrap import Application, build
from forms_service.config import Config
from forms_service.demo_accounts import DEMO_ACCOUNTS
from forms_service.first_look import NoLook
from forms_service.sending.mailbox import Mailbox
from forms_service.services import Actor, Services
from forms_service.services.course_views import ShownView
from forms_service.spec_catalogue import SpecCatalogue

_LONGEST_LINE = 110
SEEN = LocalizedText("كل ما ظهر على الشاشة", "Tout ce qui a été vu à l'écran")
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


@dataclass
class MovedClock:
    """The present until somebody moves it: months of a course pass in no time."""

    now: datetime

    def __call__(self) -> datetime:
        """The time the service believes it to be."""
        return self.now


@dataclass
class DoneAtOnce:
    """Keeps what the service hands to its workers until ``DemoService.work`` does it."""

    waiting: list[tuple[str, str]] = field(default_factory=list)

    def enqueue(self, session: Any, task: str, key: str, delay_seconds: float = 0.0) -> None:
        """Remember one job."""
        self.waiting.append((task, key))


@dataclass(frozen=True)
class DemoService:
    """A whole service with invented registers, in one language and of no further use afterwards."""

    application: Application
    clock: MovedClock
    jobs: DoneAtOnce
    language: Language
    output: Path

    @property
    def services(self) -> Services:
        """What people do here."""
        return self.application.services

    def person(self, login: str) -> Actor:
        """One of the demonstration's people, whose account is opened when first needed."""
        known = next(one for one in DEMO_ACCOUNTS if one.login == login)
        actor = self.services.authenticate(known.login, known.password)
        return actor or self.services.add_account(known.login, known.password, known.name, known.roles)

    def walk(self, name: str) -> DemoWalk:
        """A walk whose papers and messages lie in a folder of their own."""
        folder = self.output / name / self.language.value
        (folder / "messages").mkdir(parents=True, exist_ok=True)
        for before in (folder / "messages").glob("*.txt"):  # of an earlier demonstration
            before.unlink()
        mailbox = Mailbox(folder / "messages", self.clock)
        self.services.adapters.carriers.update({"sms": mailbox, "email": mailbox})  # type: ignore[attr-defined]
        return DemoWalk(self, folder)

    def work(self) -> None:
        """Do what workers would: send messages, read papers."""
        while self.jobs.waiting:
            task, key = self.jobs.waiting.pop(0)
            self.clock.now += timedelta(seconds=1)  # messages are named by their time, in the order they left
            if task == "send_letter":
                self.services.send_letter(key)
            else:
                self.services.read_upload(key)


@contextmanager
def demo_service(output: Path, language: Language, catalogue: SpecCatalogue) -> Iterator[DemoService]:
    """Run a service in a temporary folder; what it hands out goes to ``output``."""
    with TemporaryDirectory() as folder:
        settings = Config.from_environment()
        clock, jobs = MovedClock(datetime.now(UTC).replace(microsecond=0)), DoneAtOnce()
        config = Config(
            data_folder=Path(folder),
            spec_folder=settings.spec_folder,
            registers_folder=Path(__file__).resolve().parent.parent / "samples" / "registers",
            public_url=settings.public_url,
        )
        application = build(config, clock=clock, catalogue=catalogue, jobs=jobs, first_look=NoLook())
        try:
            yield DemoService(application, clock, jobs, language, output)
        finally:
            application.close()


@dataclass
class DemoWalk:
    """One person's way through the service, told line by line and kept as files.

    What the person sees at each step is kept whole in ``seen.txt``.
    """

    service: DemoService
    folder: Path
    seen: list[str] = field(default_factory=list)
    sound: bool = True

    @property
    def services(self) -> Services:
        """What people do here."""
        return self.service.services

    def in_words(self, text: LocalizedText) -> str:
        """A text in the language of the walk."""
        return text.in_language(self.service.language)

    def title(self, text: LocalizedText) -> None:
        """Begin telling."""
        self.seen.append(self.in_words(text))
        click.echo(f"\n[{self.service.language.value}] {self.in_words(text)}")

    def tell(self, text: LocalizedText | str, path: Path | None = None) -> None:
        """Tell one thing, and where its file lies."""
        words = text if isinstance(text, str) else self.in_words(text)
        self.seen.append(words)
        click.echo(f"  {words}" + (f"\n      → {path}" if path else ""))

    def tell_pair(self, name: LocalizedText, value: LocalizedText | str, indent: str = "") -> None:
        """Tell a value under its name, with the colon that the language writes."""
        said = value if isinstance(value, str) else self.in_words(value)
        colon = " : " if self.service.language is Language.FR else ": "
        self.tell(f"{indent}{self.in_words(name)}{colon}{said}")

    def expect(self, as_it_should: bool, otherwise: str) -> None:
        """Let the demonstration fail where something did not come out as it should."""
        if not as_it_should:
            self.sound = False
            click.echo(f"  !! {otherwise}", err=True)

    def keep(self, name: str, data: bytes | str, text: LocalizedText | str) -> Path:
        """Write one file and tell of it."""
        path = self.folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        self.tell(text, path)
        return path

    def show_step(self, label: LocalizedText, text: LocalizedText | None, shows: Sequence[ShownView]) -> None:
        """Tell where the person stands and what the page says; tables are kept, not told."""
        self.tell(f"● {self.in_words(label)}" + (f" – {self.in_words(text)}" if text else ""))
        for one in shows:
            for name, value in one.lines:
                self.tell_pair(name, value, indent="    ")
            if one.table is not None:
                self._keep_table(one)

    def _keep_table(self, shown: ShownView) -> None:
        table, side = shown.table or {}, self.service.language.value
        rows = [[cell[side] for cell in row] for row in table["rows"]]
        title = self.in_words(shown.label) if shown.label else shown.id
        self.seen += [f"    {title}", *(f"      {' | '.join(row)}" for row in rows)]
        if rows:
            click.echo(f"      {title} [{len(rows)}]")

    def course(self, actor: Actor, dossier_id: str) -> None:
        """Tell the step a request stands in as its page does."""
        view = self.services.course(actor, dossier_id)
        self.show_step(view.label, view.text, view.shows)

    def do(self, actor: Actor, dossier_id: str, action_id: str, reader: Actor | None = None) -> None:
        """Press a button of the course, tick what it asks for, and tell what comes.

        Args:
            reader: Who is shown the step that follows; whoever acts when left out.
        """
        offer = next(one for one in self.services.course(actor, dossier_id).offers if one.id == action_id)
        for _, text in offer.accepts:
            self.seen.append(f"  ☑ {self.in_words(text)}")
        self.tell(f"▸ {self.in_words(offer.label)}" + (f" ({actor.name})" if actor.is_staff else ""))
        accepted = tuple(name for name, _ in offer.accepts)
        self.services.take_action(actor, dossier_id, action_id, accepted=accepted)
        self.course(reader or actor, dossier_id)

    def days_pass(self, days: int) -> None:
        """Move the clock and let time do what it does to requests."""
        self.service.clock.now += timedelta(days=days)
        self.services.run_due_timers()
        self.tell(f"… {self.service.clock.now:%d/%m/%Y}")

    def messages(self) -> str:
        """Send what waits and tell each new message; gives the text of them all."""
        folder = self.folder / "messages"
        before = set(folder.glob("*.txt"))
        self.service.work()
        texts = []
        for path in sorted(set(folder.glob("*.txt")) - before):
            texts.append(path.read_text(encoding="utf-8"))
            self.tell(f"✉ {shorten(texts[-1], _LONGEST_LINE, placeholder='…')}", path)
        return "\n".join(texts)

    def code(self) -> str:
        """The one-time code of the message that was sent last."""
        found = _CODE.search(self.messages())
        self.expect(found is not None, "no one-time code was sent")
        return found[0] if found else ""

    def reached_by(self, actor: Actor, password: str, channel: str, address: str) -> None:
        """Give the account an address, proved by a code as everybody's is."""
        language = self.service.language
        code_id, _ = self.services.begin_address_change(actor, channel, address, password, language)
        self.services.try_code(code_id, self.code())
        self.services.finish_address_change(actor, code_id)

    def receipt(self, actor: Actor, dossier_id: str, words: LocalizedText) -> None:
        """Keep the receipt and check it as anybody can."""
        from forms_service.receipts import verify

        pdf = self.services.receipt_pdf(actor, dossier_id)
        verdict = verify(pdf, self.services.adapters.signer()).verdict.value
        self.expect(verdict == "genuine", "the receipt is not genuine")
        self.keep("receipt.pdf", pdf, words)

    def end(self) -> bool:
        """Keep all that was seen; gives whether everything came out as it should."""
        path = self.folder / "seen.txt"
        path.write_text("\n".join(self.seen) + "\n", encoding="utf-8")
        click.echo(f"  {self.in_words(SEEN)}\n      → {path}")
        return self.sound
