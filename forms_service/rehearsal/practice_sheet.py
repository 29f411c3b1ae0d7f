"""A form that nobody fills in but the rehearsal: many answers of the kinds that real forms ask once.

A form has one RIB and three e-mail addresses, and calibrating takes hundreds of each.  The sheet is
printed, filled, spoilt, laid and read like any other form, so its answers fail for the same reasons.
"""

from __future__ import annotations

from core.form_spec import FormSpec
from core.spec_parser import parse_spec

BLOCKS = 4

_HEAD = """
language: 1
id: 999-0-01
version: 1
title: {fr: "Feuille d'exercice", ar: "ورقة تمرين"}
header: [{fr: "Étalonnage de la lecture", ar: "معايرة القراءة"}]
reference_label: {fr: "Réf. : 999-0-01", ar: "المرجع رقم: 999-0-01"}
receipt_type: {fr: "Exercice", ar: "تمرين"}
applicant: {name: [b1.last], registration: b1.registration, signature: sign}
sections:
  - id: answers
    title: {fr: "Réponses", ar: "الأجوبة"}
    rows:
"""
_BLOCK = """
      - - {{id: b{n}.rib, kind: rib, width: 3, label: {{fr: RIB, ar: "رقم الحساب"}}}}
        - {{id: b{n}.amount, kind: amount, label: {{fr: Montant, ar: "المبلغ"}}}}
      - - {{id: b{n}.identity, kind: identity_number, label: {{fr: CNI, ar: "البطاقة"}}}}
        - {{id: b{n}.birth, kind: date, label: {{fr: Né le, ar: "تاريخ الازدياد"}}}}
        - {{id: b{n}.registration, kind: registration_number, label: {{fr: Numéro, ar: "الرقم"}}}}
      - - {{id: b{n}.last, kind: name, scripts: both, label: {{fr: Nom, ar: "الاسم العائلي"}}}}
        - {{id: b{n}.first, kind: name, scripts: both, label: {{fr: Prénom, ar: "الاسم الشخصي"}}}}
      - - {{id: b{n}.email, kind: email, width: 2, label: {{fr: Courriel, ar: "البريد"}}}}
        - {{id: b{n}.email_too, kind: email, width: 2, label: {{fr: Courriel, ar: "البريد"}}}}
"""
_END = """
      - - {id: sign, kind: signature, label: {fr: Signature, ar: "الإمضاء"}}
"""


def practice_sheet() -> FormSpec:
    """The sheet's spec: one page, laid out as forms are."""
    blocks = "".join(_BLOCK.format(n=number).lstrip("\n") for number in range(1, BLOCKS + 1))
    return parse_spec(_HEAD.lstrip("\n") + blocks + _END.lstrip("\n"), "practice sheet")
