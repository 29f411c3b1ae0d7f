"""Rows of a group from a CSV file: whatever program wrote it, nothing is guessed and every mistake has its line."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidValue
from core.form_spec import Group
from core.rows_from_file import rows_as_csv, rows_from_csv
from forms_service.spec_catalogue import SpecCatalogue


@cache
def employees() -> Group:
    return SpecCatalogue.load().get("wage-declaration").group("employees")


@pytest.fixture
def group() -> Group:
    return employees()


def test_a_file_of_a_payroll_program_is_read(group: Group) -> None:
    data = (
        "registration;name;days;wage;situation\n"
        "123456782;Amrani Fatima;26;4250,50;\n"
        "987654321;Tazi Omar;10;1200;IL\n"
    )
    found = rows_from_csv(data.encode(), group)
    assert not found.mistakes
    assert found.rows[0] == {
        "registration": "123456782",
        "name": "Amrani Fatima",
        "days": "26",
        "wage": "4250,50",
    }
    assert found.rows[1]["situation"] == "IL"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_any_separator_and_encoding_of_spreadsheets_will_do(
    group: Group, encoding: str, separator: str
) -> None:
    lines = [["Nom et prénom", "Jours", "N° d'immatriculation"], ["Zoé Hélène", "5", "123456782"]]
    data = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    assert rows_from_csv(data, group).rows == (
        {"name": "Zoé Hélène", "days": "5", "registration": "123456782"},
    )


def test_columns_may_bear_arabic_labels(group: Group) -> None:
    data = "رقم التسجيل;الاسم والنسب;الأيام\n123456782;فاطمة العمراني;٢٦\n"
    assert rows_from_csv(data.encode(), group).rows[0]["name"] == "فاطمة العمراني"


def test_every_mistake_is_told_with_its_line_and_the_rest_is_taken(group: Group) -> None:
    data = b"registration;days;wage\n123456782;26;1\n\n12x;many;2\n"
    found = rows_from_csv(data, group)
    assert [(one.line, one.column) for one in found.mistakes] == [(4, "registration"), (4, "days")]
    assert len(found.rows) == 2 and found.rows[1]["days"] == "many"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unreadable_file"),
        (b"\x00\x01", "unreadable_file"),
        (b"PK\x03\x04\x14\x00\x06\x00", "unreadable_file"),
        (b"a;b\n1;2\n", "no_column"),
        (b"days;salary_x\n1;2\n", "unknown_column"),
        (b"days;Jours\n1;2\n", "column_twice"),
        (b"days;wage\n;\n", "no_row"),
        (b"days\n" + b"1\n" * 301, "too_many_rows"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_whole(group: Group, data: bytes, code: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        rows_from_csv(data, group)
    assert refused.value.code == code


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@given(
    st.lists(
        st.fixed_dictionaries({"registration": TEXTS, "name": TEXTS, "days": st.integers(0, 26)}),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_taken_along_comes_back_the_same(rows: list[dict[str, object]]) -> None:
    group = employees()
    found = rows_from_csv(rows_as_csv(rows, group), group)  # type: ignore[arg-type]
    back = [{name: text.removeprefix("'") for name, text in row.items()} for row in found.rows]
    assert back == [{name: str(value).removeprefix("'") for name, value in row.items()} for row in rows]


def test_no_cell_runs_as_a_formula(group: Group) -> None:
    data = rows_as_csv([{"name": "=HYPERLINK(1)", "days": 3}], group).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in data
