"""The preview of a draft: what applicants will be asked, in words, and every remark with its line."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.conditions import Condition
from core.field_kinds import kind_of
from core.form_spec import FormSpec
from core.localized_text import Language
from core.spec_parser import parse_spec
from forms_service.conditions_in_words import in_words
from forms_service.previewing import PreviewWish, page_pictures, sample_answers, write_preview
from forms_service.render.answer_misfits import misfits
from forms_service.render.layout import lay_out
from forms_service.spec_catalogue import default_directory

ROOT = Path(__file__).resolve().parents[1]
THIRD = ROOT / "tests" / "third_form" / "leave-1" / "v1.yaml"


def load(path: Path) -> FormSpec:
    return parse_spec(path.read_text(encoding="utf-8"), path.name)


@pytest.fixture(scope="module")
def allowance() -> FormSpec:
    return load(default_directory() / "311-1-14" / "v1.yaml")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("preview")
    path = default_directory() / "311-1-14" / "v1.yaml"
    write_preview(path, folder, default_directory(), PreviewWish(Language.FR))
    return (folder / "index.html").read_text(encoding="utf-8")


def test_every_question_is_asked_in_both_languages_with_an_id_of_its_own(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'(?:for|href="#|aria-labelledby|aria-describedby)="?([\w.-]+)"', page):
        assert target in ids, target
    assert "Numéro d'immatriculation" in page or "N° d&#39;immatriculation" in page
    assert len(re.findall(r'id="fr-form-', page)) == len(re.findall(r'id="ar-form-', page)) > 30


def test_conditions_and_documents_are_said_in_words(page: str) -> None:
    assert "Cette partie s&#39;applique si « Qualité du demandeur » est « Tuteur »." in page
    assert "Un pour chaque ligne de « Enfants" in page or "Un pour chaque ligne de «" in page
    assert "تُطلب إذا تحقق ما يلي: جواب «صفة صاحب الطلب» هو «مطلق(ة)»." in page
    assert "quality ==" not in page.split('id="source"')[0]


def test_remarks_lead_to_their_line(page: str) -> None:
    remarks, source = page.split('id="paper"')[0], page.split('id="source"')[1]
    lines = re.findall(r'href="#L(\d+)"', remarks)
    assert lines and all(f'<span id="L{line}">' in source for line in lines)


def test_the_page_needs_nothing_from_elsewhere_and_names_every_picture(page: str) -> None:
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page) and "<script" not in page
    assert all(one.startswith("data:") for one in re.findall(r'url\("?([^")]+)', page))
    pictures = re.findall(r"<img [^>]+>", page)
    assert len(pictures) == 3
    for picture in pictures:
        assert 'src="data:image/png;base64,' in picture and re.search(r'alt="Page \d sur 3', picture)


def test_pages_are_shown_blank_filled_and_with_their_boxes(allowance: FormSpec) -> None:
    pictures = {(one.page, one.what): one for one in page_pictures(allowance, PreviewWish(None, True, True))}
    assert set(pictures) == {(1, "blank"), (2, "blank"), (3, "blank"), (1, "sample"), (1, "boxes")}
    gray, colour = (
        np.asarray(Image.open(io.BytesIO(pictures[1, what].png)).convert("RGB")).astype(int)
        for what in ("blank", "boxes")
    )
    filled = np.asarray(Image.open(io.BytesIO(pictures[1, "sample"].png)).convert("L"))
    assert (filled < 128).sum() > (gray.mean(axis=2) < 128).sum() * 1.03
    boxes = [one.box for one in lay_out(allowance).layout.on_page(1)]
    share = sum(box.width * box.height for box in boxes) / (210 * 297)
    assert (np.ptp(colour, axis=2) > 8).mean() == pytest.approx(share, rel=0.2)
    assert (np.ptp(gray, axis=2) > 8).mean() < 0.02


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_invented_answers_are_valid_and_fit(allowance: FormSpec, seed: int) -> None:
    answers = sample_answers(allowance, seed)
    assert len([one for one in answers.values() if one]) > 20
    assert misfits(allowance, answers) == {}
    for field_id, value in answers.items():
        field = allowance.field(field_id)
        if value is not None:
            assert kind_of(field).parse(value, field) == value


def test_limits_that_no_invented_answer_keeps_leave_a_preview(tmp_path: Path) -> None:
    text = THIRD.read_text(encoding="utf-8").replace("kind: city,", "kind: city, max_length: 2,")
    text = text.replace("kind: amount,", "kind: amount, maximum: 100,")
    path = tmp_path / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    assert len(write_preview(path, tmp_path / "out", tmp_path, PreviewWish(sample=True)).files) == 3


def test_invented_answers_keep_the_forms_own_rules() -> None:
    spec = parse_spec(THIRD.read_text("utf-8"), "t.yaml")
    every = [sample_answers(spec, seed) for seed in range(1, 9)]
    days = [(one["leave.begins"], one["leave.ends"]) for one in every]
    both = [(begin, end) for begin, end in days if begin and end]
    assert len(both) > 2 and all(begin <= end for begin, end in both)
    assert all(float(one["leave.daily_wage"] or 0) < 1000 for one in every)


def test_a_limit_of_one_field_leaves_the_others_their_invented_answers() -> None:
    text = THIRD.read_text(encoding="utf-8").replace("kind: city,", "kind: city, max_length: 2,")
    limited, free = (sample_answers(parse_spec(one, "t.yaml"), 5) for one in (text, THIRD.read_text("utf-8")))
    assert limited.pop("leave.city") is None and free.pop("leave.city")
    assert limited == free


@pytest.mark.parametrize(
    ("expression", "french", "arabic"),
    [
        (
            'quality == "guardian"',
            "« Qualité du demandeur » est « Tuteur »",
            "جواب «صفة صاحب الطلب» هو «وصي»",
        ),
        ("given(spouse.birth)", "« Date de naissance » est rempli", "مُلئت خانة «تاريخ الازدياد»"),
        ("!given(spouse.birth)", "« Date de naissance » n'est pas rempli", "لم تُملأ خانة «تاريخ الازدياد»"),
        (
            '!(quality in ["divorced", "guardian"])',
            "« Qualité du demandeur » n'est aucun de : « Divorcé(e) », « Tuteur »",
            "جواب «صفة صاحب الطلب» ليس أيا مما يلي: «مطلق(ة)»، «وصي»",
        ),
        (
            'children_to_declare >= 2 && (quality == "guardian" || filled("spouse"))',
            "« Nombre d'enfant à déclarer » est au moins 2 et (« Qualité du demandeur » est « Tuteur » ou "
            "« Informations concernant le(a) conjoint (e) » contient une réponse)",
            "«عدد الأطفال الذين سيصرح بهم» لا يقل عن 2 و(جواب «صفة صاحب الطلب» هو «وصي» أو "
            "«معلومات خاصة بالزوج(ة)» يتضمن جوابا)",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(
    allowance: FormSpec, expression: str, french: str, arabic: str
) -> None:
    said = in_words(Condition(expression), allowance)
    assert said is not None and (said.fr, said.ar) == (french, arabic)


@pytest.mark.parametrize(
    "expression",
    [
        "children_to_declare + 1 > 2",
        "size(children) > 1",
        "children.exists(c, c.adopted)",
        'unknown == "x"',
        'quality == "guardian" quality',
        "quality ==",
    ],
)
def test_what_cannot_be_said_faithfully_is_not_said(allowance: FormSpec, expression: str) -> None:
    assert in_words(Condition(expression), allowance) is None


def test_a_condition_of_a_row_speaks_of_the_row(allowance: FormSpec) -> None:
    said = in_words(Condition("child.adopted"), allowance, allowance.group("children"))
    assert said is not None and said.fr == "« Enfant adoptif » est coché"
