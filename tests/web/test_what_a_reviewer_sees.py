"""What the reviewer's page says of readings and papers: names, doubts and states, and no code."""

from __future__ import annotations

import re

from web_service import ANSWERS, Service, Visitor

from core.dossier import dossier_from_answers
from forms_service.render.form_pdf import render_filled


def test_a_name_in_two_scripts_says_which_script_is_asked(service: Service, reviewer: Visitor) -> None:
    services, owner = service.application.services, service.actor("applicant")
    dossier_id = service.new_dossier({"assured.last": "El Omrani", "assured.last.ar": "العمرني"})
    view = services.dossier(owner, dossier_id)
    pdf = render_filled(
        view.spec, dossier_from_answers(view.spec, ANSWERS).dossier.answers(), reference=view.reference
    )
    services.upload(owner, dossier_id, "form.pdf", pdf, "form", None)
    service.read_all()
    services.deposit(owner, dossier_id, True)
    html = reviewer.get(f"/review/{dossier_id}").get_data(as_text=True)
    doubts = html.partition('id="doubts"')[2].partition('id="sure"')[0]
    labels = re.findall(r'aria-label="(الاسم العائلي[^"]*)"', doubts)
    assert sorted(labels) == ["الاسم العائلي (بالحروف العربية)", "الاسم العائلي (بالحروف اللاتينية)"]
