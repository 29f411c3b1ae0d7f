"""Papers that nobody asked for: a reader must call them unknown, however familiar their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from samples.drawing.documents import Case, a4, finish
from samples.drawing.paper import Paper


def invoice(case: Case) -> Paper:
    """An electricity bill."""
    paper, who = a4(case), case.person
    paper.letterhead(14, [("RÉGIE IMAGINAIRE D'ÉLECTRICITÉ", "الوكالة الخيالية للكهرباء")], 13)
    paper.heading(44, "FACTURE D'ÉLECTRICITÉ", "فاتورة الكهرباء")
    paper.row(80, "Client", who.latin, "الزبون", arabic_value=who.arabic)
    paper.row(92, "Date de facture", f"{case.issued:%d/%m/%Y}", "تاريخ الفاتورة")
    paper.row(104, "Montant à payer", "412,50 DH", "المبلغ الواجب أداؤه")
    paper.paragraph(124, "Payez avant l'échéance par chèque ou à l'agence de votre banque.", 11)
    return finish(paper)


def private_letter(case: Case) -> Paper:
    """A letter that mentions half the papers of a dossier."""
    paper, who = a4(case), case.person
    paper.text(18, 20, f"{who.latin}, {who.city}, le {case.issued:%d/%m/%Y}", 11)
    paper.text(18, 40, "Objet : mon dossier", 12, bold=True)
    paper.paragraph(
        56,
        "Madame, Monsieur, je vous prie de trouver ci-joint mon extrait d'acte de naissance, la copie de l'acte de "
        "mariage, le certificat de scolarité de ma fille, une attestation de compte bancaire et la copie de ma carte "
        "nationale d'identité. L'attestation de travail de mon époux suivra. Veuillez agréer mes salutations.",
        12,
    )
    paper.signature(120, 130)
    return finish(paper)


def prescription(case: Case) -> Paper:
    """A doctor's prescription."""
    paper, who = a4(case), case.person
    paper.letterhead(14, [("Dr Imaginaire, médecine générale", "الدكتور الخيالي، الطب العام")], 12)
    paper.heading(44, "ORDONNANCE", "وصفة طبية")
    paper.row(70, "Patient", who.latin, "المريض", arabic_value=who.arabic)
    paper.paragraph(86, "Paracétamol 1 g, trois fois par jour pendant cinq jours.", 12)
    paper.stamp(140, 140, who.city.upper(), "طبيب")
    return finish(paper)


def driving_licence(case: Case) -> Paper:
    """A driving licence: much like an identity card, and not one."""
    paper, who = Paper(124, 78, case.typeface, case.chance, case.dpi), case.person
    paper.guilloche(1, 1, 122, 76)
    paper.text(62, 3, "المملكة المغربية", 11, align="center", bold=True)
    paper.text(62, 8, "ROYAUME DU MAROC", 9, align="center", bold=True)
    paper.text(62, 14, "رخصة السياقة", 12, align="center", bold=True)
    paper.text(62, 20, "PERMIS DE CONDUIRE", 11, align="center", bold=True)
    paper.photo(4, 26, 26, 34)
    paper.text(36, 30, who.last.upper(), 11, bold=True)
    paper.text(36, 38, who.first.upper(), 11, bold=True)
    paper.text(36, 46, f"{who.birth:%d/%m/%Y} {who.city}", 10)
    paper.text(36, 54, "Catégorie B", 10)
    return finish(paper)


def diploma(case: Case) -> Paper:
    """A diploma of a training centre: near an apprenticeship certificate."""
    paper, who = a4(case), case.person
    paper.letterhead(14, [("Université Imaginaire", "الجامعة الخيالية")], 13)
    paper.heading(46, "DIPLÔME DE LICENCE", "شهادة الإجازة")
    paper.paragraph(80, f"Le président décerne à {who.latin} le diplôme de licence en droit.", 13)
    paper.stamp(140, 160, who.city.upper(), "الجامعة")
    return finish(paper)


def vehicle_registration(case: Case) -> Paper:
    """A vehicle's registration card: «carte d'immatriculation» of another kind, rented words and all."""
    paper, who = Paper(124, 78, case.typeface, case.chance, case.dpi), case.person
    paper.text(62, 3, "المملكة المغربية", 11, align="center", bold=True)
    paper.text(62, 9, "CARTE GRISE", 12, align="center", bold=True)
    paper.row(24, "Propriétaire", who.latin, "المالك", arabic_value=who.arabic, size_pt=9, margin_mm=5)
    paper.row(34, "Marque", "DACIA", "الصنف", size_pt=9, margin_mm=5)
    paper.row(44, "N° de châssis", "UU1ABCDEF12345678", "رقم الهيكل", size_pt=9, margin_mm=5)
    return finish(paper)


STRANGERS: Mapping[str, Callable[[Case], Paper]] = {
    "invoice": invoice,
    "private_letter": private_letter,
    "prescription": prescription,
    "driving_licence": driving_licence,
    "diploma": diploma,
    "vehicle_registration": vehicle_registration,
}
