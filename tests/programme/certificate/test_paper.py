"""The PDF of a certificate: what standards ask of its structure, what a person reads, and what a reader of it refuses.

The typesetter checks PDF/A-3a and PDF/UA-1 itself; no other validator is at hand here, so the rules of structure that
can be read from a file are checked once more with another library (formats/certificate 7.2).
"""

import shutil
import subprocess
import tracemalloc
import zlib
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import canonical
from pocus_desktop.programme.certificate import paper
from pocus_desktop.programme.certificate.document import Proved
from pocus_desktop.programme.certificate.errors import BadPaperError, PaperFailedError
from pocus_desktop.programme.certificate.paper import to_pdf
from pocus_desktop.programme.certificate.paper_reader import MAXIMUM_PDF_BYTES, credential_in, is_pdf
from pocus_desktop.programme.certificate.printed import is_printed_on, printed_text
from pocus_desktop.programme.certificate.verify import MAXIMUM_BYTES, verify
from tests.programme.certificate.academy import CERTIFICATE, NOW_MS, Issuer

ISSUER = Issuer()
CREDENTIAL = ISSUER.credential()
PDF = to_pdf(CERTIFICATE, CREDENTIAL, language="en")
BOMB_BYTES = 20_000_000

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils reads PDF back")


def _text(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def _seen(pdf: bytes) -> list[str]:
    """What a camera makes of the page's codes."""
    drawn = subprocess.run(
        ["pdftoppm", "-r", "100", "-png", "-singlefile", "-"], input=pdf, capture_output=True, check=True
    )
    with Image.open(BytesIO(drawn.stdout)) as page:
        return [code.text for code in zxingcpp.read_barcodes(page)]


@needs_poppler
def test_the_code_on_the_page_leads_to_the_certificate_and_names_what_it_says() -> None:
    (read,) = _seen(PDF)
    assert read.partition("#")[0] == CERTIFICATE.url
    assert is_printed_on(read, CERTIFICATE, CREDENTIAL)


def test_the_credential_is_inside_byte_for_byte() -> None:
    assert is_pdf(PDF)
    assert credential_in(PDF) == CREDENTIAL
    assert to_pdf(CERTIFICATE, CREDENTIAL, language="en") == PDF


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_has_the_structure_that_the_standards_ask_for(language: str) -> None:
    reader = PdfReader(BytesIO(to_pdf(CERTIFICATE, CREDENTIAL, language=language)), strict=True)
    root: Any = reader.root_object
    metadata = root["/Metadata"].get_data().decode()
    for said in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", f"<rdf:li>{language}<"):
        assert said in metadata
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    (intent,) = root["/OutputIntents"].get_object()
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert "/DestOutputProfile" in intent.get_object()
    (associated,) = root["/AF"]
    spec = associated.get_object()
    assert (spec["/AFRelationship"], spec["/UF"], spec["/F"]) == ("/Source", "credential.json", "credential.json")
    assert spec["/EF"]["/F"].get_object()["/Subtype"] == "/application/vc"
    assert "/Encrypt" not in reader.trailer
    assert "/ID" in reader.trailer
    assert "/JavaScript" not in root.get("/Names", {})
    resources: Any = reader.pages[0]["/Resources"]
    fonts = resources["/Font"].values()
    described = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts
    ]
    assert described
    assert all("/FontFile2" in one or "/FontFile3" in one for one in described)
    assert all("/ToUnicode" in font.get_object() for font in fonts)


@needs_poppler
def test_a_person_reads_what_the_credential_says() -> None:
    english, spanish = _text(PDF), _text(to_pdf(CERTIFICATE, CREDENTIAL, language="es"))
    for text in ("Ana María Ruiz Peña", "Academy of Example", CERTIFICATE.certificate_id, CERTIFICATE.url):
        assert text in english
        assert text in spanish
    assert "14 January 2027 to 14 January 2032" in english
    assert "del 14 de enero de 2027 al 14 de enero de 2032" in spanish
    assert "Cardiac" in english
    assert "certificate-2020 (in force since 1 January 2020)" in english


@needs_poppler
@pytest.mark.parametrize(
    "name",
    [
        '#import "@preview/x": y; $x^2$ *b* _i_ `r` \\ <l> @r [c] "q"',
        "<script>alert(1)</script> & co",
        "O'Brien-Ñandú, Łukasz",
        "W" * 200,
    ],
)
def test_a_name_is_set_as_it_is_and_stays_on_its_page(name: str) -> None:
    pdf = to_pdf(replace(CERTIFICATE, holder=name), CREDENTIAL, language="en")
    assert name.replace(" ", "") in _text(pdf).replace(" ", "")
    assert len(PdfReader(BytesIO(pdf)).pages) == 1


def test_what_a_page_shows_is_not_what_is_believed() -> None:
    lying = to_pdf(replace(CERTIFICATE, holder="Eve"), CREDENTIAL, language="en")
    found = verify(credential_in(lying), ISSUER.trust, now_ms=NOW_MS).certificate
    assert found is not None
    assert found.holder == CERTIFICATE.holder


def test_every_area_fits_on_the_page() -> None:
    proved = tuple(Proved(area=area, commitment=canonical.digest(area.encode())) for area in ContentArea)
    for count in range(1, len(proved) + 1):
        pdf = to_pdf(replace(CERTIFICATE, proved=proved[:count]), CREDENTIAL, language="es")
        assert len(PdfReader(BytesIO(pdf)).pages) == 1


def test_the_printed_code_belongs_to_one_file() -> None:
    text = printed_text(CERTIFICATE, CREDENTIAL)
    assert text.startswith(CERTIFICATE.url + "#u")
    assert is_printed_on(text + "\n", CERTIFICATE, CREDENTIAL)
    assert not is_printed_on(text, CERTIFICATE, ISSUER.credential(holder="Another"))
    assert not is_printed_on("ñ", CERTIFICATE, CREDENTIAL)


def _pdf(*attached: tuple[str, bytes, str | None]) -> bytes:
    """A PDF with these attachments: name, content as it stands, coding."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    specs = ArrayObject()
    for name, content, coding in attached:
        stream = StreamObject()
        stream._data = content
        stream[NameObject("/Length")] = NumberObject(len(content))
        if coding is not None:
            stream[NameObject("/Filter")] = NameObject(coding)
        spec = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Filespec"),
                NameObject("/UF"): TextStringObject(name),
                NameObject("/EF"): DictionaryObject({NameObject("/F"): writer._add_object(stream)}),
            }
        )
        specs.append(writer._add_object(spec))
    writer.root_object[NameObject("/AF")] = specs
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def test_another_writers_pdf_is_read_too() -> None:
    assert credential_in(_pdf(("credential.json", CREDENTIAL, None))) == CREDENTIAL
    packed = zlib.compress(CREDENTIAL)
    both = _pdf(("other.txt", b"x", None), ("credential.json", packed, "/FlateDecode"))
    assert credential_in(both) == CREDENTIAL


def _encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(PDF)))
    writer.encrypt("secret", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("pdf", "why"),
    [
        pytest.param(b"%PDF-1.7\n", "damaged", id="nothing but its beginning"),
        pytest.param(PDF[: len(PDF) // 2], "damaged", id="cut in half"),
        pytest.param(b"%PDF-1.7" + b" " * MAXIMUM_PDF_BYTES, "too large", id="huge"),
        pytest.param(_pdf(), "no attached", id="no attachment"),
        pytest.param(_pdf(("certificate.json", CREDENTIAL, None)), "no attached", id="another name"),
        pytest.param(_pdf(*[("credential.json", CREDENTIAL, None)] * 2), "several", id="two of that name"),
        pytest.param(_pdf(*[("x", b"", None)] * 17), "too many", id="many"),
        pytest.param(
            _pdf(("credential.json", zlib.compress(bytes(BOMB_BYTES)), "/FlateDecode")), "too large", id="a bomb"
        ),
        pytest.param(_pdf(("credential.json", b" " * (MAXIMUM_BYTES + 1), None)), "too large", id="a large one"),
        pytest.param(_pdf(("credential.json", b"not packed", "/FlateDecode")), "damaged", id="not packed"),
        pytest.param(_pdf(("credential.json", b"x", "/LZWDecode")), "way", id="packed another way"),
        pytest.param(_encrypted(), "encrypted", id="encrypted"),
    ],
)
def test_a_pdf_that_lies_is_refused_by_name(pdf: bytes, why: str) -> None:
    with pytest.raises(BadPaperError, match=why):
        credential_in(pdf)


@settings(max_examples=60)
@given(st.data())
def test_no_spoilt_pdf_ends_in_anything_but_a_name(data: st.DataObject) -> None:
    spoilt = bytearray(PDF)
    for _ in range(data.draw(st.integers(1, 8))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        credential_in(bytes(spoilt[: data.draw(st.integers(1, len(spoilt)))]))
    except BadPaperError:
        return


def test_a_name_that_no_font_can_show_is_refused_by_name() -> None:
    with pytest.raises(PaperFailedError):
        to_pdf(replace(CERTIFICATE, holder="李明"), CREDENTIAL, language="en")


def test_the_typesetter_says_by_name_what_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    said: Any = paper._said
    monkeypatch.setattr(paper, "_said", lambda *given: {**said(*given), "qr": "no picture"})
    with pytest.raises(PaperFailedError):
        to_pdf(CERTIFICATE, CREDENTIAL, language="en")


def test_no_more_of_a_bomb_is_unpacked_than_counts() -> None:
    bomb = _pdf(("credential.json", zlib.compress(bytes(BOMB_BYTES)), "/FlateDecode"))
    tracemalloc.start()
    try:
        with pytest.raises(BadPaperError, match="too large"):
            credential_in(bomb)
        assert tracemalloc.get_traced_memory()[1] < BOMB_BYTES // 4
    finally:
        tracemalloc.stop()
