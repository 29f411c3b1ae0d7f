"""The list of tasks says what is wrong, in words, and leads to where it is mended."""

from __future__ import annotations

import html
import re

from web_service import Service, Visitor

DECLARED = {"nature": "initial_or_additional", "quality": "assured", "children_to_declare": "3"}


def lines(visitor: Visitor, dossier: str) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Of every task with something wrong: its state, and each (address, words)."""
    page = visitor.get(f"/dossiers/{dossier}").get_data(as_text=True)
    found = {}
    for line in re.findall(r"<li><div><a href=\"([^\"]+)\"(.*?)</span></span></li>", page, re.S):
        place, rest = line[0].rpartition(f"{dossier}/")[2], line[1]
        wrong = re.findall(r'<a href="([^"]+)">(.*?)</a>', rest.partition('class="wrongs"')[2], re.S)
        if wrong:
            state = re.findall(r'class="tag \w+">([^<]+)', rest)[-1]
            found[place] = (state, [(one.rpartition(f"{dossier}/")[2], html.unescape(w)) for one, w in wrong])
    return found


def test_children_declared_and_not_described_are_told_where_they_are_added(
    service: Service, applicant: Visitor
) -> None:
    dossier = service.new_dossier(DECLARED)
    said = "صرحتم بالعدد 3، ولم يُذكر أي منهم هنا بعد. أضيفوهم أو صححوا العدد."
    assert lines(applicant, dossier) == {"list/children": ("لم يبدأ بعد", [("list/children", said)])}
    missing = applicant.get(f"/dossiers/{dossier}/missing").get_data(as_text=True)
    assert f'/dossiers/{dossier}/list/children"' in missing
    owner, services = service.actor("applicant"), service.application.services
    services.answer_group(owner, dossier, "children", [{"birth": "12/03/2020"}] * 4)
    ((state, wrong),) = lines(applicant, dossier).values()
    assert state == "هناك مشكلة"
    assert [(place, "3" in words and "4" in words) for place, words in wrong] == [
        ("section/nature#q-children_to_declare", True)
    ], "one too many: the number is looked at first"


def test_each_problem_is_named_with_its_answer_or_row_and_its_place(
    service: Service, applicant: Visitor
) -> None:
    dossier = service.new_dossier({"assured.birth": "31/02/1988", "assured.last": "Amrani"})
    owner, services = service.actor("applicant"), service.application.services
    services.answer_group(owner, dossier, "children", [{"birth": "12/03/2020"}, {"birth": "31/02/2021"}])
    told = lines(applicant, dossier)
    ((place, words),) = told["section/assured"][1]
    assert place == "section/assured#q-assured-birth"
    assert words.startswith("«تاريخ الازدياد»: ")
    ((place, words),) = told["list/children"][1]
    assert place == "list/children/2"
    assert words.startswith("الطفل 2 – «تاريخ ازدياد الطفل»: ")


def test_what_is_only_not_answered_yet_is_no_problem(service: Service, applicant: Visitor) -> None:
    dossier = service.new_dossier({"assured.last": "Amrani"})
    assert lines(applicant, dossier) == {}
