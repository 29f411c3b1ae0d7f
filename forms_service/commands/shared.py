"""What the commands share: the catalogue, input files, output, and how JSON is printed."""

from __future__ import annotations

import getpass
import json
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.dossier import Origin, ParsedDossier, dossier_from_answers
from core.dossier_file import flatten, plain
from core.errors import DossierError, InvalidValue
from core.localized_text import LocalizedText
from core.yaml_source import load_yaml
from forms_service.settings import InvalidSetting

if TYPE_CHECKING:
    from core.form_spec import FormSpec
    from forms_service.config import Config
    from forms_service.spec_catalogue import SpecCatalogue

INPUT_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT_FILE = click.Path(dir_okay=False, path_type=Path)


@cache
def configuration() -> Config:
    """The settings, read once from the environment."""
    from forms_service.config import Config

    return Config.from_environment()


def started_installation(kept_elsewhere: object = None, holding: str = "forms.sqlite") -> Config:
    """The settings of a service that was started before, for commands that look up what it holds.

    A mistyped setting must not be answered by a new, empty database and new keys.

    Args:
        kept_elsewhere: A setting by which what is looked up lies outside the data folder.
        holding: What the data folder must hold otherwise.

    Raises:
        InvalidSetting: Nothing was ever kept there.
    """
    config = configuration()
    folder = config.data_folder
    if folder.is_dir() and (kept_elsewhere or (folder / holding).exists()):
        return config
    raise InvalidSetting(_NOTHING_KEPT.fill(folder=folder))


_NOTHING_KEPT = LocalizedText(
    ar="FORMS_DATA_DIR: لا توجد في المجلد {folder} بيانات خدمة سبق تشغيلها. لم يُنشأ شيء. "
    "صححوا الإعداد، أو شغلوا الخدمة أولا (forms-service serve).",
    fr="FORMS_DATA_DIR : le dossier {folder} ne contient les données d'aucun service déjà démarré. "
    "Rien n'a été créé. Corrigez ce réglage ou démarrez d'abord le service (forms-service serve).",
)


def user_name() -> str:
    """Who runs the command, as this computer knows them: the record names them.

    Raises:
        UsageError: Nobody gave that user a name.
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # each the answer of some release of Python
        raise click.UsageError(
            "this computer's user has no name for the record: --by NAME where there is one, or LOGNAME=…"
        ) from None


@cache
def catalogue() -> SpecCatalogue:
    """The published specs, read once."""
    from forms_service.spec_catalogue import SpecCatalogue

    return SpecCatalogue.load(configuration().spec_folder)


def print_json(data: Any) -> None:
    """Print data for machines: UTF-8, in the order given."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def write_output(data: bytes, path: Path | None, default_name: str) -> None:
    """Write a result where asked, beside the caller by default, or to stdout with ``-``."""
    if path is not None and str(path) == "-":
        sys.stdout.buffer.write(data)
        return
    target = path or Path(default_name)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    click.echo(str(target))


def read_text(path: Path) -> str:
    """The text of an input file.

    Raises:
        DossierError: It is not UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _refused(f"{path}: not a text file (UTF-8 YAML or JSON is expected)") from None


def read_answers(spec: FormSpec, path: Path) -> ParsedDossier:
    """Answers by field id from a YAML or JSON file, all of them valid and known.

    Invisible marks in them, which no answer keeps, are told of on stderr.

    Raises:
        DossierError: The file is malformed, or an id or a value is not the form's.
    """
    root, errors = load_yaml(read_text(path), str(path))
    if errors or root is None or not isinstance(root.value, dict):
        problem = str(errors[0]) if errors else f"{path}: expected a mapping of field id to value"
        raise _refused(problem)
    data = plain(root)
    if isinstance(data.get("values"), dict):
        data = data["values"]
    groups = {group.id: data.pop(group.id) for group in spec.groups if isinstance(data.get(group.id), list)}
    for name, marks in _invisible_marks({**data, **groups}):
        _remark(_LEFT_OUT.fill(file=path.name, name=name, marks=marks))
    parsed = dossier_from_answers(spec, flatten(data), groups=groups, origin=Origin.FILE)
    if parsed.unknown:
        raise _refused(
            f"{path}: {spec.id} has no field {', '.join(repr(name) for name in parsed.unknown)}; "
            f"list its fields with: forms-service specs show {spec.id}"
        )
    if parsed.problems:
        raise _refused(f"{path}: {describe_problems(parsed.problems)}")
    return parsed


def _invisible_marks(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The answers that hold control marks or line breaks, and which; blanks at the ends are none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _invisible_marks(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _invisible_marks(inner, f"{name}.{number}")
    elif isinstance(value, str):
        marks = {one for one in value.strip() if not one.isprintable() and unicodedata.category(one) != "Zs"}
        if marks:
            yield name, ", ".join(f"U+{ord(one):04X}" for one in sorted(marks))


def _remark(words: LocalizedText) -> None:
    click.echo(words.fr, err=True)
    click.echo(words.ar, err=True)


_LEFT_OUT = LocalizedText(
    ar="الملف {file}، الخانة {name}: أُزيلت علامات غير مرئية أو عُوضت بفراغ ({marks}). تحققوا من القيمة المطبوعة.",
    fr="{file}, {name} : des signes invisibles ont été ôtés ou remplacés par une espace ({marks}). "
    "Vérifiez la valeur imprimée.",
)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing elsewhere; yields a function told the steps done."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


def describe_problems(problems: Any) -> str:
    """One line naming each field and what is wrong with its value."""
    return "; ".join(f"{name}: {_sentence(problem)}" for name, problem in problems.items())


def _sentence(problem: InvalidValue) -> str:
    return problem.message.fr


def _refused(line: str) -> DossierError:
    return DossierError(LocalizedText(ar=line, fr=line), code="bad_input")
