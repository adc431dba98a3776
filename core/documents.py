"""Documents as tagged PDF (PDF/UA-1), drawn by Typst from the templates in `templates/documents`.

What a document says is plain data: sections of blocks, made by the functions here. Labels come translated inside it,
so that the templates hold no words. What people typed is never read as markup.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core import times
from core.lazy import Lazy

# Imported by the process that draws, never before a fork: its threads would not follow.
typst = Lazy("typst")

TEMPLATES = settings.BASE_DIR / "templates" / "documents"
# The static cuts: Typst replaces a variable font by another one without a word.
FONTS = settings.BASE_DIR / "static" / "vendor" / "inter-static"
STANDARD = "ua-1"

Words = str | Promise
Block = dict[str, Any]

_PARSER = MarkdownIt("commonmark", {"html": False})
# What the cuts of Inter can show: Latin, Greek and Cyrillic with their marks, punctuation, arrows, signs.
_SHOWN = ((0x20, 0x7E), (0xA0, 0x17F), (0x18F, 0x24F), (0x2B0, 0x36F), (0x370, 0x52F), (0x1E00, 0x1EFF))
_SIGNS = frozenset("–—‘’‚“”„†‡•…‰′″‹›⁄€№™←↑→↓−≈≠≤≥×÷ \u2009\u200a\u202f\u2011")


def pdf(template: str, data: dict[str, Any], *, language: str) -> bytes:
    """A document as tagged PDF.

    `template` names a file of `templates/documents`, `language` is the code ("fr", "en") that screen readers speak
    it in: that of the words in `data`, which must be plain values. Under 50 ms for a few pages.
    """
    told = json.dumps(_plain({**data, "language": language[:2]}))
    drawn: bytes = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": told},
        pdf_standards=[STANDARD],
    )
    return drawn


def frame(title: Words, *, entity: object, kind: Words = "", lead: Words = "") -> dict[str, Any]:
    """What stands on every page: title, whose document it is, the date of the figures, the words of page numbers."""
    made = _("Figures of %(date)s") % {"date": times.exact(timezone.now())}
    return {
        "title": str(title), "entity": str(entity), "kind": str(kind), "lead": str(lead), "made": made,
        "page": _("Page"),
    }  # fmt: skip


def section(heading: Words, *blocks: Block | None) -> dict[str, Any]:
    """A part with a heading; blocks that are None are left out."""
    return {"heading": str(heading), "blocks": [block for block in blocks if block]}


def facts(rows: Iterable[tuple[Words, object]]) -> Block | None:
    """Labels with their values; those without a value are left out."""
    shown = [[str(label), str(value)] for label, value in rows if value not in (None, "")]
    return {"kind": "facts", "rows": shown} if shown else None


def figures(items: Iterable[tuple[object, Words]]) -> Block:
    """The few numbers that one reads first: value and what it counts."""
    return {"kind": "figures", "items": [[str(value), str(label)] for value, label in items]}


def table(
    head: Sequence[Words], rows: Iterable[Sequence[object]], *, widths: Sequence[float] = ()
) -> Block | None:
    """Rows under a head; `widths` are shares of the line, 0 for as narrow as the content."""
    cells = [[str(value) for value in row] for row in rows]
    if not cells:
        return None
    shares = list(widths) or [1] * len(head)
    return {"kind": "table", "head": [str(label) for label in head], "rows": cells, "widths": shares}


def note(text: Words) -> Block:
    """A sentence in a quiet voice: what is left out, or that there is nothing."""
    return {"kind": "note", "text": str(text)}


def image(content: bytes, *, alt: Words, millimetres: int) -> Block:
    """A picture, with the words for who does not see it."""
    return {"kind": "image", "bytes": list(content), "alt": str(alt), "width": millimetres}


def prose(text: str) -> Block | None:
    """What somebody typed, as paragraphs and lists; Markdown marks are read, anything else stays text."""
    parts = list(_parts(_PARSER.parse(text)))
    return {"kind": "prose", "parts": parts} if parts else None


def _parts(tokens: Sequence[Token]) -> Iterable[dict[str, Any]]:
    """Paragraphs, items and blocks of code in their order; nested lists are set in by their depth."""
    lists: list[list[int]] = []
    fresh = False
    for token in tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append([0 if token.type == "ordered_list_open" else -1])
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                fresh = True
                if lists[-1][0] >= 0:
                    lists[-1][0] += 1
            case "inline":
                runs = list(_runs(token.children or []))
                yield {"depth": len(lists), "mark": _mark(lists, fresh=fresh), "runs": runs}
                fresh = False
            case "fence" | "code_block":
                yield {"depth": len(lists), "mark": "", "runs": [["code", token.content.rstrip()]]}


def _mark(lists: Sequence[Sequence[int]], *, fresh: bool) -> str:
    if not lists or not fresh:
        return ""
    return "•" if lists[-1][0] < 0 else f"{lists[-1][0]}."


def _runs(tokens: Iterable[Token]) -> Iterable[list[str]]:
    """Pieces of one paragraph with their style; a picture is told by its words."""
    style: list[str] = []
    for token in tokens:
        match token.type:
            case "strong_open" | "em_open":
                style.append("strong" if token.type == "strong_open" else "em")
            case "strong_close" | "em_close":
                style.pop()
            case "softbreak" | "hardbreak":
                yield ["break", ""]
            case "code_inline":
                yield ["code", token.content]
            case "text" | "image":
                yield [style[-1] if style else "text", token.content]


def _plain(value: Any) -> Any:
    """The data as plain values, with what the font lacks told in words: PDF/UA refuses a letter it cannot show."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, int | float | bool) or value is None:
        return value
    return "".join(
        char if _is_shown(char) else _in_words(char) for char in unicodedata.normalize("NFC", str(value))
    )


def _is_shown(char: str) -> bool:
    code = ord(char)
    return char == "\n" or any(low <= code <= high for low, high in _SHOWN) or char in _SIGNS


def _in_words(char: str) -> str:
    if char.isspace():
        return " "
    if unicodedata.category(char) in ("Cc", "Cf", "Mn", "Cs", "Co", "Cn"):
        return ""
    name = unicodedata.name(char, "").lower()
    return f"({name})" if name and "ideograph" not in name else "?"
