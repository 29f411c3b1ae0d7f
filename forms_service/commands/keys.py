"""``forms-service keys``: the keys by which personal data lie sealed, made, renewed and counted."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.localized_text import LocalizedText
from forms_service.commands.shared import configuration, print_json, started_installation
from forms_service.settings import InvalidSetting

if TYPE_CHECKING:
    from forms_service.storage.resealing import Resealing


@click.group()
def keys() -> None:
    """Keys of the personal data on disk.  None of these commands needs the service to stop."""


@keys.command("list")
@click.option(
    "--count", is_flag=True, help="Count what is sealed with each: every value and paper is looked at."
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_keys(count: bool, as_json: bool) -> None:
    """List the data keys: number, when each was made, which master key keeps it."""
    with _kept() as kept:
        listed = kept.chest.listed()
        counted = kept.counted() if count else {}
    totals = {one.number: sum(places[one.number] for places in counted.values()) for one in listed}
    in_clear = {place: counts[0] for place, counts in counted.items() if counts[0]}
    if as_json:
        found = [
            {"number": one.number, "made_at": one.made_at.isoformat(), "master": one.master}
            | ({"sealed": totals[one.number]} if count else {})
            for one in listed
        ]
        print_json({"keys": found} | ({"open": in_clear} if count else {}))
        return
    for one in listed:
        sealed = f"  {totals[one.number]} sealed" if count else ""
        click.echo(f"{one.number:>4}  {one.made_at:%Y-%m-%d %H:%M}  master {one.master}{sealed}")
    for place, number in in_clear.items():
        click.echo(f"open  {number:>8}  {place}")


@keys.command("renew")
def renew() -> None:
    """Make a new data key; what is written from now on is sealed with it, workers seal the rest anew."""
    with _kept() as kept:
        click.echo(
            f"key {kept.renew()} seals from now on; workers seal the rest anew, or: forms-service keys reseal"
        )


@keys.command("reseal")
def reseal() -> None:
    """Seal everything with the newest data key at once, instead of leaving it to the workers' spare time."""
    with _kept() as kept:
        total = kept.everything(lambda place, number: click.echo(f"{number:>8}  {place}"))
        click.echo(f"{total} sealed anew with key {kept.ring.newest}")


@keys.command("forget")
@click.argument("number", type=click.IntRange(min=1))
def forget(number: int) -> None:
    """Remove the data key NUMBER for good, a day after another followed it, if nothing is sealed with it any more."""
    from forms_service.storage.resealing import KeyNeeded

    with _kept() as kept:
        try:
            in_use = kept.forget(number)
        except KeyNeeded as needed:
            until = needed.until.astimezone(configuration().zone()) if needed.until else None
            at = f"{until:%d/%m/%Y %H:%M}" if until else ""
            raise InvalidSetting(_NEEDED[needed.why].fill(number=number, at=at)) from None
    for place, count in in_use.items():
        click.echo(f"{count:>8}  {place}", err=True)
    if in_use:
        raise InvalidSetting(_IN_USE.fill(number=number))
    click.echo(f"key {number} is gone")


@keys.command("rewrap")
@click.option("--new", "is_new", is_flag=True, help="Add a new master key to the file first.")
def rewrap(is_new: bool) -> None:
    """Wrap the data keys with the last master key of its file; nothing is sealed anew.

    On many machines add the key to the file of each of them by hand, then run this on one.
    """
    with _kept() as kept:
        if is_new:
            _add_line(kept.chest.file, secrets.token_urlsafe(48))
        name, file = kept.chest.rewrap(), kept.chest.file
    click.echo(f"master {name}, the last line of {file}, keeps the data keys now")
    click.echo("Keep a copy of that file apart; once every machine has it, its earlier lines may go.")


@contextmanager
def _kept() -> Iterator[Resealing]:
    from forms_service.bootstrap import open_storage

    kept = open_storage(started_installation(configuration().database_url))
    try:
        yield kept
    finally:
        kept.database.close()


def _add_line(file: Path, line: str) -> None:
    """Add a line so that the file is whole at every moment."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as new:
        new.write(f"{file.read_text(encoding='utf-8').rstrip()}\n{line}\n")
        new.flush()
        os.fsync(new.fileno())
    draft.rename(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


_NEEDED = {
    "unknown": LocalizedText(
        ar="لا يوجد مفتاح برقم {number}. لم يُحذف شيء. اعرضوا المفاتيح بالأمر: forms-service keys list",
        fr="Il n'y a pas de clé {number}. Rien n'a été supprimé. Les clés : forms-service keys list",
    ),
    "newest": LocalizedText(
        ar="المفتاح {number} هو أحدث مفتاح وبه تُغلق المعطيات الآن. لم يُحذف شيء. "
        "جددوا المفتاح أولا: forms-service keys renew",
        fr="La clé {number} est la plus récente : c'est elle qui scelle. Rien n'a été supprimé. Renouvelez-la "
        "d'abord : forms-service keys renew",
    ),
    "young": LocalizedText(
        ar="خلف مفتاح جديد المفتاح {number} منذ أقل من يوم: قد تكون كتابات أُغلقت به في الطريق. لم يُحذف شيء. "
        "يمكن حذفه ابتداء من {at}.",
        fr="La clé {number} a été remplacée il y a moins d'un jour : des écritures scellées avec elle peuvent être "
        "en route. Rien n'a été supprimé. Elle pourra l'être à partir du {at}.",
    ),
}
_IN_USE = LocalizedText(
    ar="ما زالت معطيات مغلقة بالمفتاح {number}. لم يُحذف شيء. شغلوا forms-service keys reseal ثم أعيدوا المحاولة.",
    fr="Des données sont encore scellées avec la clé {number}. Rien n'a été supprimé. Lancez « forms-service keys "
    "reseal », puis recommencez.",
)
