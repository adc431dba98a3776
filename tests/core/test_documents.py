"""Documents: tagged, in their language, in Inter, and nobody's words are markup."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from core import documents


def drawn(*sections: Any, language: str = "fr") -> PdfReader:
    """A document with these sections, read back."""
    frame = documents.frame("Rapport d’incident", entity="Ville", kind="INC-12", lead="Plus de courriel")
    content = documents.pdf("report", {"frame": frame, "sections": list(sections)}, language=language)
    return PdfReader(io.BytesIO(content))


def text_of(reader: PdfReader) -> str:
    """All that the document says, its lines joined."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def structure(reader: PdfReader) -> Iterator[Any]:
    """The elements of the document."""
    root: Any = reader.trailer["/Root"]
    return elements(root["/StructTreeRoot"]["/K"])


def elements(node: Any) -> Iterator[Any]:
    """The structure of the document, as a screen reader walks it."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for each in node:
            yield from elements(each)
    elif isinstance(node, dict):
        yield node
        yield from elements(node.get("/K", []))


def test_document_is_tagged_titled_and_says_its_language() -> None:
    root: Any = drawn(documents.section("Cause", documents.prose("Un disque plein."))).trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_headings_and_tables_are_told_to_who_cannot_see_them() -> None:
    table = documents.table(["Quand", "Quoi"], [["14:30", "Panne"]])
    reader = drawn(documents.section("Chronologie", table))
    tags = {str(node.get("/S", "")) for node in structure(reader)}
    assert {"/Title", "/H1", "/Table", "/TR", "/TH", "/TD"} <= tags


def test_every_letter_is_inter() -> None:
    reader = drawn(
        documents.section("Écrans", documents.prose("**gras**, *penché*, `code`\n\n1. un\n2. deux")),
        documents.section("Chiffres", documents.figures([("2 h 10", "ouverture")])),
    )
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert fonts
    assert all(name.startswith("Inter") for name in fonts), fonts


@pytest.mark.parametrize(
    "nasty", ["#panic()", "*x* _y_ $z$ `w`", '"); #import "base.typ"', "<label> @ref // no comment /* */"]
)
def test_what_somebody_typed_stays_text(nasty: str) -> None:
    said = text_of(drawn(documents.section(nasty, documents.note(nasty), documents.facts([(nasty, nasty)]))))
    assert said.count(nasty) == 4


def test_what_the_font_lacks_is_told_in_words() -> None:
    said = text_of(drawn(documents.section("", documents.note("a 🖨 b 中 c \x07 d \u202e e"))))
    assert "a (printer) b ? c d e" in said


def test_a_long_table_goes_over_pages_and_repeats_its_head() -> None:
    rows = [[str(number), "quelque chose"] for number in range(200)]
    reader = drawn(documents.section("Journal", documents.table(["Numéro", "Quoi"], rows)))
    assert len(reader.pages) > 2
    assert all("Numéro" in page.extract_text() for page in reader.pages)
    assert f"Page 2 / {len(reader.pages)}" in reader.pages[1].extract_text().replace("\n", " ")


def test_picture_needs_words() -> None:
    png = io.BytesIO()
    Image.new("L", (80, 40), 255).save(png, "PNG")
    reader = drawn(
        documents.section("", documents.image(png.getvalue(), alt="Signature de Rosa", millimetres=60))
    )
    words = [node.get("/Alt") for node in structure(reader)]
    assert "Signature de Rosa" in words
