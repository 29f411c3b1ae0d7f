"""A program loads what it needs itself: each process of the service, and each command, starts anew."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

WEB = {"apiflask", "flask", "marshmallow", "werkzeug"}
PICTURES = {"cv2", "numpy", "onnxruntime", "PIL", "pypdfium2", "pikepdf", "tesserocr", "zxingcpp"}
PAPERS = {"uharfbuzz", "pyhanko"}
OUTSIDE = {"authlib", "joserfc", "obstore", "webauthn"}
DATABASE = {"alembic", "dbos", "sqlalchemy"}
RARELY = {"rich", "xlsxwriter"}

ASK_FOR_HELP = """
import contextlib, io
from forms_service.cli import main
with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
    main({arguments!r})
assert "Usage: forms-service" in said.getvalue(), said.getvalue()
"""


@pytest.mark.parametrize(
    ("program", "unneeded"),
    [
        (ASK_FOR_HELP.format(arguments=["--help"]), WEB | PICTURES | PAPERS | OUTSIDE | DATABASE | RARELY),
        (
            ASK_FOR_HELP.format(arguments=["serve", "--help"]),
            WEB | PICTURES | PAPERS | OUTSIDE | DATABASE | RARELY | {"core.form_spec", "yaml"},
        ),
        ("import forms_service.serving", WEB | PICTURES | PAPERS | OUTSIDE | {"forms_service.services"}),
        ("import forms_service.bootstrap", WEB | PICTURES | PAPERS | OUTSIDE | {"alembic", "dbos"}),
        (
            "import forms_service.reading_process, forms_service.looking_child, forms_service.isolation.probe",
            WEB | PICTURES | PAPERS | OUTSIDE | DATABASE | RARELY | {"click", "structlog", "yaml"},
        ),
        (
            "import forms_service.upload_reading, forms_service.upload_look, forms_service.stack_sorting",
            WEB | OUTSIDE | DATABASE | RARELY | {"structlog", "babel", "onnxruntime"},
        ),
    ],
    ids=["help", "help-of-serve", "supervisor", "use-cases", "children", "reading"],
)
def test_a_program_starts_without_what_others_need(program: str, unneeded: set[str]) -> None:
    told = "import json, sys; print(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", f"{program}\n{told}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout))
    assert any(one.startswith("forms_service.") for one in loaded)
    assert loaded & unneeded == set()


def test_no_sentence_is_read_before_it_is_said() -> None:
    """All sentences of the screens are slow to read, and most programs say none."""
    program = (
        "import forms_service.web, forms_service.worker; from forms_service import locales; "
        "assert locales.sentences.cache_info().misses == 0; "
        "assert locales.both('account.phone_hint').fr; assert locales.sentences.cache_info().misses == 1"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
