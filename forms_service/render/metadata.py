"""What a finished file says of itself: its title, and the standards it keeps to.

The XMP packet (ISO 16684-1) repeats the document's properties where archives and screen readers look
for them; the two standards' own claims stand only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from xml.sax.saxutils import escape

from core.localized_text import Language, LocalizedText
from forms_service.render.pdf_objects import (
    ObjectTable,
    array,
    dictionary,
    raw_stream,
    reference,
    stream,
    text_string,
)
from forms_service.render.structure import LOCALE

PRODUCER = "forms-service"

_PDFUA_SCHEMA = """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag>{schemas}</rdf:Bag></pdfaExtension:schemas></rdf:Description>"""

_SCHEMA = """<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{title}</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"""

_PROPERTY = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>{type}</pdfaProperty:valueType><pdfaProperty:category>{category}</pdfaProperty:category>
<pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>"""


@dataclass(frozen=True, slots=True)
class XmpProperty:
    """A property of our own in the metadata, declared there as PDF/A asks.

    Attributes:
        value: Text of any kind; it is read back exactly.
    """

    name: str
    value: str
    description: str


OWN_NAMESPACE = "urn:forms-service:paper"
OWN_PREFIX = "paper"


@dataclass(frozen=True, slots=True)
class PaperProperties:
    """What a paper says of itself.

    Attributes:
        language: The reader's own; titles are given in both.
        created: When it was made; None keeps files of equal content equal.
        own: Properties of our own, carried in the metadata.
    """

    title: LocalizedText
    language: Language = Language.AR
    subject: str = ""
    author: str = ""
    keywords: str = ""
    created: datetime | None = None
    own: tuple[XmpProperty, ...] = ()

    def title_for_windows(self) -> str:
        """Both titles, the reader's own language first."""
        other = Language.FR if self.language is Language.AR else Language.AR
        wordings = (self.title.in_language(self.language), self.title.in_language(other))
        return " – ".join(dict.fromkeys(wordings))

    def info(self, **further: str) -> str:
        """The document information dictionary."""
        entries = {
            "Title": self.title_for_windows(),
            "Subject": self.subject,
            "Author": self.author,
            "Keywords": self.keywords,
            "Producer": PRODUCER,
            **further,
        }
        written: dict[str, object] = {key: text_string(value) for key, value in entries.items() if value}
        if self.created is not None:
            written["CreationDate"] = written["ModDate"] = f"({pdf_date(self.created)})"
        return dictionary(written)


def pdf_date(moment: datetime) -> str:
    """A moment as PDF writes it (ISO 32000-1, 7.9.4)."""
    offset = moment.strftime("%z") or "+0000"
    return f"D:{moment:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:5]}'"


def add_metadata(objects: ObjectTable, properties: PaperProperties, *, is_archival: bool) -> int:
    """Write the XMP packet and give its number.

    Args:
        is_archival: The file keeps to PDF/A-2u as well as to PDF/UA-1; forms with fields only to the latter.
    """
    packet = _packet(properties, is_archival=is_archival).encode("utf-8")
    return objects.add(raw_stream(packet, {"Type": "/Metadata", "Subtype": "/XML"}))


def _packet(properties: PaperProperties, *, is_archival: bool) -> str:
    title = properties.title
    alternatives = [("x-default", properties.title_for_windows())]
    alternatives += [(LOCALE[Language.AR], title.ar), (LOCALE[Language.FR], title.fr)]
    languages = "".join(f"<rdf:li>{locale}</rdf:li>" for locale in LOCALE.values())
    parts = [
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">',
        "<dc:format>application/pdf</dc:format>",
        f"<dc:title>{_alternatives(alternatives)}</dc:title>",
        f"<dc:language><rdf:Bag>{languages}</rdf:Bag></dc:language>",
    ]
    if properties.subject:
        parts.append(f"<dc:description>{_alternatives([('x-default', properties.subject)])}</dc:description>")
    if properties.author:
        creator = escape(properties.author)
        parts.append(f"<dc:creator><rdf:Seq><rdf:li>{creator}</rdf:li></rdf:Seq></dc:creator>")
    parts.append("</rdf:Description>")
    parts.append(_producer(properties))
    if properties.created is not None:
        moment = properties.created.isoformat(timespec="seconds")
        parts.append(
            '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
            f"<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate></rdf:Description>"
        )
    parts.append(_claims(properties, is_archival=is_archival))
    parts.append('</rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>')
    return "\n".join(parts)


def _alternatives(wordings: list[tuple[str, str]]) -> str:
    items = "".join(f'<rdf:li xml:lang="{locale}">{escape(text)}</rdf:li>' for locale, text in wordings)
    return f"<rdf:Alt>{items}</rdf:Alt>"


def _producer(properties: PaperProperties) -> str:
    keywords = f"<pdf:Keywords>{escape(properties.keywords)}</pdf:Keywords>" if properties.keywords else ""
    return (
        '<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">'
        f"<pdf:Producer>{PRODUCER}</pdf:Producer>{keywords}</rdf:Description>"
    )


def _claims(properties: PaperProperties, *, is_archival: bool) -> str:
    parts = [
        '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
        "<pdfuaid:part>1</pdfuaid:part></rdf:Description>"
    ]
    if is_archival:
        parts.append(
            '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
            "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance></rdf:Description>"
        )
        parts.append(_declared_schemas(properties))
    if properties.own:
        own = "".join(
            f"<{OWN_PREFIX}:{one.name}>{escape(one.value)}</{OWN_PREFIX}:{one.name}>"
            for one in properties.own
        )
        parts.append(
            f'<rdf:Description rdf:about="" xmlns:{OWN_PREFIX}="{OWN_NAMESPACE}">{own}</rdf:Description>'
        )
    return "\n".join(parts)


def _declared_schemas(properties: PaperProperties) -> str:
    part = _PROPERTY.format(
        name="part",
        type="Integer",
        category="internal",
        description="Part of ISO 14289 that the file keeps to",
    )
    uri = "http://www.aiim.org/pdfua/ns/id/"
    schemas = _SCHEMA.format(title="PDF/UA identification", uri=uri, prefix="pdfuaid", properties=part)
    if properties.own:
        declared = "".join(
            _PROPERTY.format(
                name=one.name, type="Text", category="external", description=escape(one.description)
            )
            for one in properties.own
        )
        schemas += _SCHEMA.format(
            title="Paper of the forms service", uri=OWN_NAMESPACE, prefix=OWN_PREFIX, properties=declared
        )
    return _PDFUA_SCHEMA.format(schemas=schemas)


def add_output_intent(objects: ObjectTable) -> str:
    """Say what the file's colours mean: an array for the catalog's ``OutputIntents``."""
    profile = objects.add(stream(_colour_profile(), {"N": 3}))
    intent = dictionary(
        {
            "Type": "/OutputIntent",
            "S": "/GTS_PDFA1",
            "OutputConditionIdentifier": "(sRGB IEC61966-2.1)",
            "Info": "(sRGB IEC61966-2.1)",
            "DestOutputProfile": reference(profile),
        }
    )
    return array([reference(objects.add(intent))])


@cache
def _colour_profile() -> bytes:
    return (files("forms_service.render") / "colour" / "sRGB.icc").read_bytes()
