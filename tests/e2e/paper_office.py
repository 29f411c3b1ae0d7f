"""An agency with its service and people, and a scanner made of our own renderer."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pypdfium2

from core.form_spec import FormSpec
from forms_service.bootstrap import Application
from forms_service.render.form_pdf import render_filled
from forms_service.services import Actor, AttachmentView, Services

PASSWORD = "a long enough password"

SALMA = {
    "person.registration": "123456789",
    "person.mobile": "0612345678",
    "person.first": "Salma",
    "person.last": "Bennani",
    "reason": "maternity",
    "leave.begins": "2026-02-01",
    "leave.city": "Rabat",
}
OMAR = {
    "person.registration": "987654321",
    "person.mobile": "0698765432",
    "person.first": "Omar",
    "person.last": "Tazi",
    "reason": "sickness",
    "leave.begins": "2026-01-15",
    "leave.city": "Oujda",
}


def scanned(*pdfs: bytes, dpi: int = 200) -> bytes:
    """All pages as a scanner gives them: one PDF of pictures."""
    pictures = [page.render(scale=dpi / 72, grayscale=True).to_pil() for pdf in pdfs for page in _opened(pdf)]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=dpi)
    return out.getvalue()


def _opened(pdf: bytes) -> pypdfium2.PdfDocument:
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    return document


@dataclass
class Agency:
    """The service, its people, and a worker's work done on the spot."""

    application: Application
    salma: Actor
    omar: Actor
    clerk: Actor
    reviewer: Actor

    @property
    def services(self) -> Services:
        return self.application.services

    def spec(self, form_id: str = "leave-1", version: int | None = None) -> FormSpec:
        return self.application.catalogue.get(form_id, version)

    def open(self, actor: Actor | None = None, form_id: str = "leave-1") -> str:
        return self.services.open_dossier(actor or self.salma, form_id, "fr")

    def reference(self, dossier_id: str) -> str:
        return self.services.dossier(self.clerk, dossier_id).reference

    def paper(self, values: dict, reference: str = "", version: int | None = None) -> bytes:
        """A printed form, filled in."""
        return render_filled(self.spec(version=version), values, reference, flatten=True)

    def hand_in(self, dossier_id: str, name: str, data: bytes, as_type: str | None = None) -> AttachmentView:
        view = self.services.upload(self.salma, dossier_id, name, data, as_type)
        self.services.read_upload(view.id)
        attachments = self.services.dossier(self.salma, dossier_id).attachments
        return next(one for one in attachments if one.id == view.id)

    def answers(self, dossier_id: str) -> dict:
        return self.services.dossier(self.clerk, dossier_id).dossier.answers()
