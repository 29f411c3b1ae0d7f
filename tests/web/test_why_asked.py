from __future__ import annotations

from web_service import ANSWERS, Service, Visitor


def test_each_document_says_in_plain_words_why_it_is_asked(service: Service, applicant: Visitor) -> None:
    services, owner = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier({**ANSWERS, "quality": "widow_no_pension"})
    services.answer_group(owner, dossier_id, "children", [{"birth": "2020-01-02"}], 0)
    html = applicant.get(f"/dossiers/{dossier_id}/documents").get_data(as_text=True)
    birth = html.partition('id="doc-birth-1"')[2].partition("</details>")[0]
    assert "تُطلب هذه الوثيقة لكل مذكور في" in birth and "الأطفال المصرح بهم" in birth
    death = html.partition('id="doc-id_deceased"')[2].partition("</details>")[0]
    assert "بناء على أجوبتكم" in death
    chosen = next(
        one
        for one in services.dossier(owner, dossier_id).spec.field("quality").choices
        if one.value == "widow_no_pension"
    )
    assert chosen.label.ar in death
