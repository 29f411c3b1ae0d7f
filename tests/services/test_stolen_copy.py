"""Whoever steals the database, its log and the papers finds nothing of what people said, typed or sent."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Text, select, text, type_coerce

from forms_service.keyring import sealed_by
from forms_service.storage.key_models import ResealingRow
from forms_service.storage.models import AnswerRow, Base
from forms_service.storage.resealing import OPEN, PAPERS, KeyNeeded, sealed_columns, sealed_tables
from tests.backends import everything_kept
from tests.services.prepared_readings import PDF, read, scan

CHILD = {"first": "Ghizlane", "birth": "2015-08-19"}
TYPED = {
    "quality": "assured",
    "assured.last": "Zerhouni",
    "assured.last.ar": "الزرهوني",
    "assured.first": "Khadija",
    "assured.first.ar": "خديجة",
    "assured.birth": "1979-11-23",
    "assured.id_no": "QK774411",
    "assured.address": "Derb Moulay Cherif 17",
    "assured.mobile": "0611223344",
    "assured.email": "k.z@exemple.ma",
    "assured.postcode": "not a postcode",
}
NEVER = (
    *(
        "1979-11-23",
        "23/11/1979",
        "QK774411",
        "Moulay Cherif",
        "0611223344",
        "k.z@exemple.ma",
        "not a postcode",
    ),
    *("zerhouni", "الزرهوني", "khadija", "خديجه", "خديجة", "fatima", "amrani", "123456782"),
    *("ghizlane", "2015-08-19", "extrait de", "skhirat", "words of a reviewer", "typed but not sent"),
)
"""Numbers, dates, places, files and words that were typed, read from paper, or written by staff."""


@pytest.fixture
def walked(office, arrives) -> str:
    """A dossier with everything a copy could tell: typed, uploaded, read, deposited, sent back."""
    services, who, reviewer = office.services, office.applicant, office.reviewer
    dossier = office.open()
    services.answer(who, dossier, TYPED, {})
    services.answer_group(who, dossier, "children", [CHILD])
    services.upload(who, dossier, "extrait de Zerhouni.pdf", PDF + b" Moulay Cherif", "bank")
    arrives(dossier, scan(read("assured.city", "Skhirat", "review")))
    services.keep_typing(who, f"/ar/dossiers/{dossier}/", [("note", "typed but not sent")])
    services.deposit(who, dossier, True)
    services.start_review(reviewer, dossier)
    services.request_correction(reviewer, dossier, ["assured.city"], [], "words of a reviewer")
    return dossier


def stolen(office) -> bytes:
    config = office.application.config
    papers = [path.read_bytes() for path in config.objects_folder.rglob("*") if path.is_file()]
    return b"\n".join([everything_kept(config), *papers]).lower()


def test_a_stolen_copy_tells_nothing_of_what_was_said(office, walked: str) -> None:
    copy = stolen(office)
    assert [one for one in NEVER if one.lower().encode() in copy] == []
    office.read_all()
    values = office.values(walked)
    assert values["assured.id_no"] == "QK774411", "and who may read it still does"


def test_every_value_lies_sealed(office, walked: str) -> None:
    counted = office.application.resealing.counted()
    assert {place: counts[OPEN] for place, counts in counted.items() if counts[OPEN]} == {}
    assert counted["answer.value"][1] >= len(TYPED) - 1 and counted[PAPERS][1] >= 3


def test_each_sealed_column_is_sealed_as_itself() -> None:
    """Its table and name are part of what opens it: of two alike one value could stand in the other's place."""
    places = [
        (f"{name}.{one.name}", one.type.place)
        for name in sealed_tables()
        for one in sealed_columns(Base.metadata.tables[name])
    ]
    assert len(places) > 40
    assert [one for one in places if one[0] != one[1]] == []


def test_a_sealed_column_is_searched_by_nobody() -> None:
    with pytest.raises(TypeError, match="sealed"):
        AnswerRow.raw == "Zerhouni"  # noqa: B015
    with pytest.raises(TypeError, match="sealed"):
        AnswerRow.raw.startswith("Z")
    assert AnswerRow.raw.is_(None) is not None


def test_what_lay_open_is_read_and_then_sealed_by_the_workers_rounds(office, walked: str) -> None:
    kept = office.application.resealing
    before = office.values(walked)
    lay_open(office, "answer", "value", '{"value": "Chefchaouen"}', walked)
    assert set(office.values(walked).values()) >= {"Chefchaouen"}
    assert kept.round(60) > 0 and kept.round(60) == 0
    assert kept.counted()["answer.value"][OPEN] == 0
    assert set(office.values(walked)) == set(before)
    assert b"chefchaouen" not in stolen(office)


def lay_open(office, table: str, column: str, value: str, dossier: str) -> None:
    """Write values as the version before sealing did."""
    with office.application.database.writing() as session:
        write = text(f"update {table} set {column} = :v where {column} is not null and dossier_id = :d")
        session.execute(write, {"v": value, "d": dossier})


def test_a_service_that_writes_goes_on_while_everything_is_sealed_with_a_new_key(office, walked: str) -> None:
    services, kept, written = office.services, office.application.resealing, []
    other = office.open()
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set() or len(written) < 5:
            city = f"Ville {len(written)}"
            services.answer(office.applicant, other, {"assured.city": city}, {})
            written.append(city)
            assert office.values(other)["assured.city"] == city

    writing = threading.Thread(target=write)
    before = office.values(walked)
    writing.start()
    try:
        number = kept.renew()
        kept.everything()
    finally:
        stop.set()
        writing.join()
    assert office.values(walked) == before and office.values(other)["assured.city"] == written[-1]
    kept.everything()
    counted = kept.counted()
    assert {place for place, counts in counted.items() if set(counts) - {number}} == set()
    office.clock.move(days=1)
    assert kept.forget(1) == {}
    assert kept.ring.numbers() == {number}
    assert office.values(walked) == before
    paper = services.dossier(office.applicant, walked).attachments[0]
    assert services.attachment_file(office.applicant, walked, paper.id)[0].startswith(PDF)


def test_a_key_in_use_is_never_forgotten(office, walked: str) -> None:
    kept = office.application.resealing
    for number, why in ((9, "unknown"), (1, "newest")):
        with pytest.raises(KeyNeeded) as needed:
            kept.forget(number)
        assert needed.value.why == why
    kept.renew()
    with pytest.raises(KeyNeeded) as needed:
        kept.forget(1)  # a process may still seal with it
    assert needed.value.why == "young" and needed.value.until is not None
    assert timedelta(hours=12) < needed.value.until - office.clock.now <= timedelta(days=1)
    office.clock.move(hours=23)
    with pytest.raises(KeyNeeded):
        kept.forget(1)  # one that cannot look for newer keys goes on for half a day, and writes after that
    office.clock.move(hours=1)
    assert kept.forget(1)["answer.value"] > 5
    assert 1 in kept.ring.numbers() and office.values(walked)


def test_a_key_is_there_again_when_something_landed_while_it_was_forgotten(
    office, walked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = office.application.resealing
    kept.renew()
    office.clock.move(days=1)
    count, counts = kept.counted, []

    def before_the_last_write() -> dict[str, Counter[int]]:
        counts.append(count())
        return {} if len(counts) == 1 else counts[-1]

    monkeypatch.setattr(kept, "counted", before_the_last_write)
    assert kept.forget(1)["answer.value"] > 5
    assert len(counts) == 2 and 1 in kept.ring.numbers() and office.values(walked)


def test_a_round_ends_in_time_and_the_next_one_goes_on(
    office, walked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_service.storage.resealing.BATCH", 3)
    kept = office.application.resealing
    number = kept.renew()
    assert kept.round(60) == 0, "other processes may not know the new key yet"
    office.clock.move(minutes=2)
    rounds = 0
    while not gone_through(office, number):
        assert (rounds := rounds + 1) < 2000
        kept.round(0.0001)
    assert rounds > 5
    with office.application.database.reading() as session:
        stored = session.scalars(
            select(type_coerce(AnswerRow.value, Text)).where(AnswerRow.value.is_not(None))
        )
        assert {sealed_by(one) for one in stored} == {number}


def gone_through(office, number: int) -> bool:
    with office.application.database.reading() as session:
        held = session.scalars(select(ResealingRow)).all()
    return {one.place for one in held if one.number == number and one.done_at} == {*sealed_tables(), PAPERS}


def test_a_worker_makes_a_new_key_when_the_newest_is_a_year_old(office) -> None:
    kept = office.application.resealing
    kept.round()
    assert len(kept.chest.listed()) == 1
    office.clock.now += timedelta(days=366)
    kept.round()
    assert [one.number for one in kept.chest.listed()] == [1, 2]
