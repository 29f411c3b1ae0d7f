from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale

from core.dossier import DossierEvent
from core.localized_text import Language, Script, dominant_script
from forms_service.locales import Sentence, say, sentences
from forms_service.services.reviewer import ANSWER_REASONS, DOCUMENT_REASONS
from forms_service.storage.audit import ACTIONS
from forms_service.web.reviewer import OUTCOMES

WEB = Path(__file__).resolve().parents[2] / "forms_service" / "web"
SERVICES = WEB.parent / "services"
_USED = re.compile(r"""(?:\bt|\btranslate|\bsay|\bboth)\(['"]([a-z_0-9]+(?:\.[a-z_0-9]+)+)['"](?! ?~)""")
_BUILT = re.compile(r"""t\('([a-z_0-9.]+\.[a-z_]*)' ?~""")
_IN_ITS_OWN_LANGUAGE = {"common.language_name"}


def placeholders(forms: dict[str, str]) -> set[str]:
    return {name for text in forms.values() for _, name, _, _ in Formatter().parse(text) if name}


SUBJECTS = sorted({code.partition(".")[0] for code in sentences()})
"""What sentences are about: thousands of tests of one sentence each would take longer to tell than to run."""


def about(subject: str) -> list[Sentence]:
    return [one for code, one in sentences().items() if code.partition(".")[0] == subject]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_both_languages_say_the_same_thing_with_the_same_blanks(subject: str) -> None:
    differ = [
        one.code
        for one in about(subject)
        if placeholders(dict(one.ar)) != placeholders(dict(one.fr)) and not _differ_in_number_only(one)
    ]
    assert not differ
    for one in about(subject):
        for text in (*one.ar.values(), *one.fr.values()):
            assert text.strip() == text != "", one.code


def _differ_in_number_only(sentence: Sentence) -> bool:
    return placeholders(dict(sentence.ar)) ^ placeholders(dict(sentence.fr)) == {"n"}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_wording_is_in_its_language(subject: str) -> None:
    wrong = []
    for one in about(subject):
        arabic = [re.sub(r"\{\w+\}|\b[A-Z]{3,}\b", "", text) for text in one.ar.values()]
        french = [re.sub(r"\{\w+\}", "", text) for text in one.fr.values()]
        wrong += [one.code for text in arabic if dominant_script(text) not in (Script.ARAB, Script.ANY)]
        wrong += [one.code for text in french if dominant_script(text) not in (Script.LATN, Script.ANY)]
    assert {*wrong} <= _IN_ITS_OWN_LANGUAGE


@pytest.mark.parametrize(
    "sentence", [one for one in sentences().values() if len(one.ar) > 1], ids=lambda one: one.code
)
def test_plurals_have_every_form_the_language_has(sentence: Sentence) -> None:
    for language, forms in ((Language.AR, sentence.ar), (Language.FR, sentence.fr)):
        needed = set(Locale(language.value).plural_form.tags) | {"other"}
        assert needed <= set(forms), f"{sentence.code} {language}: {needed - set(forms)}"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "وثيقة واحدة"),
        (2, "وثيقتان"),
        (3, "3 وثائق"),
        (10, "10 وثائق"),
        (11, "11 وثيقة"),
        (100, "100 وثيقة"),
    ],
)
def test_arabic_counts_as_arabic_counts(number: int, words: str) -> None:
    assert words in say("documents.missing_count", Language.AR, n=number)


def test_every_sentence_a_page_uses_exists() -> None:
    files = [*WEB.glob("*.py"), *(WEB / "templates").glob("*.html")]
    used = {code: path.name for path in files for code in _USED.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 150
    known = set(sentences())
    prefixes = {prefix for path in files for prefix in _BUILT.findall(path.read_text(encoding="utf-8"))}
    for prefix in prefixes:
        assert any(code.startswith(prefix) for code in known), prefix
    missing = {code: where for code, where in used.items() if code not in known}
    assert not missing


def test_every_coded_reason_and_outcome_has_its_words() -> None:
    for code in DOCUMENT_REASONS:
        assert f"reason.{code}" in sentences()
    for code in ANSWER_REASONS:
        assert f"answer_reason.{code}" in sentences()
    for code in OUTCOMES:
        assert f"outcome.{code}" in sentences()


def test_the_record_tells_everything_in_words_and_has_no_words_for_nothing() -> None:
    worded = {code.removeprefix("event.") for code in sentences() if code.startswith("event.")}
    assert worded - {"other"} == ACTIONS


def test_a_dossier_is_led_on_only_by_what_the_record_can_tell() -> None:
    deposits = {DossierEvent.DEPOSIT, DossierEvent.DEPOSIT_WITH_PHYSICAL_CHECK}  # told as ``deposited``
    assert {one.value for one in set(DossierEvent) - deposits} <= ACTIONS


def test_what_the_services_put_on_record_is_in_the_table_of_events() -> None:
    noted = _noted_actions(SERVICES)
    assert {"opened", "token_made", "password_reset"} <= noted
    assert noted <= ACTIONS


def _noted_actions(folder: Path) -> set[str]:
    """The actions written out in calls of ``note`` and ``touch``, and kept in a name for them."""
    found: set[str] = set()
    for node in (
        node for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))
    ):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            said = node.args if node.func.attr in ("note", "touch", "_noted") else []
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "action":
            said = [node.value]
        else:
            continue
        branches = [
            one for part in said for one in (getattr(part, "body", part), getattr(part, "orelse", part))
        ]
        found |= {
            one.value for one in branches if isinstance(one, ast.Constant) and isinstance(one.value, str)
        }
    return found


def test_a_code_that_does_not_exist_is_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError):
        say("no.such_sentence", Language.FR)


def test_french_signs_never_begin_a_line_and_text_messages_stay_plain() -> None:
    assert say("account.open.have", Language.FR) == "Vous avez déjà un compte\u00a0?"
    assert say("account.open.have", Language.AR).endswith("حساب؟")
    assert "«\u00a0Mon compte\u00a0»" in say("account.open.other_later", Language.FR)
    letters = [one for one in sentences().values() if one.code.startswith("letter.")]
    assert letters and not any("\u00a0" in text for one in letters for text in one.fr.values())
