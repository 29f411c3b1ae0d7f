"""The command ``forms-service``: every step of the way, for people and for scripts.

Exit codes: 0 done (or a positive verdict), 1 a negative verdict (a spec with problems, an
incomplete dossier, an altered receipt), 2 bad usage or bad input, said in one line on stderr.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import click

from core.errors import FormsError, SpecErrors
from forms_service.commands.lazy_group import LazyGroup
from forms_service.quiet_readers import quieten_readers
from forms_service.settings import InvalidSetting

BAD_INPUT = 2


_PLACES = {
    "specs": "specs:specs",
    "flows": "flows:flows",
    "pdf": "papers:pdf",
    "scan": "readings:scan",
    "attachment": "readings:attachment",
    "dossier": "dossiers:dossier",
    "receipt": "receipts:receipt",
    "token": "tokens:token",
    "record": "record:record",
    "privacy": "privacy:privacy",
    "check": "checking:check",
    "serve": "running:serve",
    "worker": "running:worker",
    "demo": "running:demo",
    "accounts": "accounts:accounts",
    "keys": "keys:keys",
    "guidance": "knowledge:guidance",
    "calculate": "knowledge:calculate_command",
    "backup": "backups:backup",
    "restore": "backups:restore",
}
"""Where each command is written: a worker that starts has no use for what makes papers."""


@click.group(
    cls=LazyGroup,
    places={name: f"forms_service.commands.{place}" for name, place in _PLACES.items()},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda context, _option, asked: _tell_version(context) if asked else None,
    help="Show the version, and the hash of the forms, and exit.",
)
def commands() -> None:
    """Bilingual forms from one YAML spec each: paper, reading, completeness, receipts."""


def _tell_version(context: click.Context) -> None:
    from forms_service.build_facts import build_facts
    from forms_service.config import default_spec_folder

    folder = os.environ.get("FORMS_SPEC_DIR", "").strip()
    facts = build_facts(Path(folder) if folder else default_spec_folder())
    click.echo(f"forms-service, version {facts}")
    context.exit()


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code; mistakes are one line on stderr."""
    quieten_readers()
    try:
        code = commands.main(args=arguments, prog_name="forms-service", standalone_mode=False)
    except SpecErrors as errors:
        _fail(str(errors))
    except InvalidSetting as wrong:
        for problem in wrong.problems[:-1]:
            click.echo(f"forms-service: {problem.fr}", err=True)
        _fail(wrong.problems[-1].fr)
    except FormsError as error:
        _fail(" ".join(error.message.fr.split()))
    except click.ClickException as error:
        where = f" {error.ctx.command_path.partition(' ')[2]}".rstrip() if getattr(error, "ctx", None) else ""
        _fail(f"{' '.join(error.format_message().split())} (see: forms-service{where} --help)")
    except click.Abort:
        _fail("stopped; nothing was half done")
    except OSError as error:
        _fail(f"{error.filename or 'file'}: {error.strerror or error}")
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _fail(line: str) -> None:
    click.echo(f"forms-service: {line}", err=True)
    sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()
