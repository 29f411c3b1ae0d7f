"""The readable half of somebody's copy of their data: one HTML page in both languages, without a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from forms_service.locales import both

_STYLE = (
    "body{font:16px/1.6 'Noto Sans Arabic','Noto Sans',system-ui,sans-serif;margin:2rem auto;max-width:60rem;"
    "padding:0 1rem;color:#1b2733}h1,h2{line-height:1.3}h2{margin-top:2.5rem;border-block-start:2px solid #0b5563;"
    "padding-block-start:1rem}table{border-collapse:collapse;width:100%;margin-block:.5rem 1.5rem}"
    "td,th{border-block-end:1px solid #d5dde3;padding:.35rem .5rem;text-align:start;vertical-align:top;"
    "overflow-wrap:anywhere}th{font-weight:600;width:22%}.ar{direction:rtl;text-align:right}"
    "td.same{text-align:center}.pair>.ar{margin-left:auto}"
    ".pair{display:flex;gap:2rem;justify-content:space-between;flex-wrap:wrap}"
)

Told = Mapping[str, Any]


def page_of(told: Told) -> str:
    """The page: the account, then each request with all that is kept of it, every word in both languages."""
    return "".join(_parts(told))


def _parts(told: Told) -> Iterator[str]:
    title = both("own_data.title")
    yield f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{escape(title.fr)}</title>'
    yield f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
    yield f"<h1>{_pair(title.as_dict())}</h1><p>{escape(told['made_at'])}</p>"
    yield _heading("own_data.account", 2)
    yield _table(
        (both(f"own_data.holder.{name}").as_dict(), _both_alike(value))
        for name, value in told["account"].items()
        if value not in (None, "", [])
    )
    for request in told["requests"]:
        yield from _request(request)
    yield "</html>"


def _request(told: Told) -> Iterator[str]:
    yield f"<h2>{_pair(told['title'])}</h2>"
    yield _table(_facts(told))
    if told["answers"]:
        yield _heading("own_data.answers")
        yield _table((one["label"], one["value"]) for one in told["answers"])
    for one in told["lists"]:
        yield f"<h3>{_pair(one['label'])}</h3>"
        for row in one["rows"]:
            yield _table((cell["label"], cell["value"]) for cell in row)
    if told["papers"]:
        yield _heading("own_data.papers")
        yield "<ul>" + "".join(map(_paper, told["papers"])) + "</ul>"
    for name in ("course", "looked_at"):
        if told[name]:
            yield _heading(f"own_data.{name}")
            yield _table(_looks(told[name]) if name == "looked_at" else _course(told[name]))


def _facts(told: Told) -> Iterator[tuple[Told, Told]]:
    yield both("own_data.reference").as_dict(), _both_alike(told["reference"])
    yield both("own_data.state").as_dict(), told["state"]
    if told["privacy"]:
        for name in ("purpose", "legal_basis"):
            yield both(f"own_data.{name}").as_dict(), told["privacy"][name]
        for one in told["privacy"]["recipients"]:
            yield both("own_data.recipients").as_dict(), one
    if told["kept_until"]:
        yield both("own_data.kept_until").as_dict(), _both_alike(told["kept_until"])
    for message in (*told["corrections"], told["decision_note"]):
        if message:
            yield both("own_data.message").as_dict(), _both_alike(message)


def _course(lines: list[Told]) -> Iterator[tuple[Told, Told]]:
    return ((_both_alike(one["at"][:16].replace("T", " ")), one["what"]) for one in lines)


def _looks(lines: list[Told]) -> Iterator[tuple[Told, Told]]:
    for one in lines:
        who = [both(f"auth.role.{role}") for role in one["roles"]] or [both("own_data.somebody")]
        told = {}
        for language, comma in (("ar", "، "), ("fr", ", ")):
            words = [getattr(role, language) for role in who] + ([one["agency"]] if one["agency"] else [])
            told[language] = comma.join([*words, *(what[language] for what in one["what"])])
        yield _both_alike(one["day"]), told


def _paper(one: Told) -> str:
    if one["file"] is None:
        return f"<li>{escape(one['name'])}</li>"
    return f'<li><a href="{escape(one["file"])}">{escape(one["name"])}</a></li>'


def _both_alike(value: object) -> Told:
    words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return {"ar": words, "fr": words}


def _heading(code: str, level: int = 3) -> str:
    return f"<h{level}>{_pair(both(code).as_dict())}</h{level}>"


def _pair(words: Told) -> str:
    return (
        f'<span class="pair"><span>{escape(words["fr"])}</span>'
        f'<span class="ar" lang="ar" dir="rtl">{escape(words["ar"])}</span></span>'
    )


def _table(lines: Iterator[tuple[Told, Told]]) -> str:
    """One line for each pair: French at one edge, Arabic at the other, what is the same in both between them."""
    rows = []
    for label, value in lines:
        named = [f'<th scope="row">{escape(label["fr"])}</th>']
        if label["ar"] != label["fr"]:
            named.append(f'<th scope="row" class="ar" lang="ar" dir="rtl">{escape(label["ar"])}</th>')
        if value["ar"] == value["fr"]:
            said = f'<td dir="auto" class="same" colspan="{4 - len(named)}">{escape(value["fr"])}</td>'
        else:
            said = f"<td>{escape(value['fr'])}</td>"
            said += (
                f'<td class="ar" lang="ar" dir="rtl" colspan="{3 - len(named)}">{escape(value["ar"])}</td>'
            )
        rows.append(f"<tr>{named[0]}{said}{''.join(named[1:])}</tr>")
    return f"<table>{''.join(rows)}</table>"
