"""Translations without gettext on the machine: strings are extracted and catalogues compiled with Babel."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import template

from itsm.places import BASE_DIR

LOCALES = BASE_DIR / "locale"
SKIPPED = {".venv", "node_modules", "static", "tests", "bench", "var", "docs", "migrations", "locale"}
PYTHON_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def catalogue_path(language: str) -> Path:
    """The file of a language's translations."""
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def languages() -> list[str]:
    """The languages that have a catalogue; English is in the sources."""
    return sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/django.po"))


def compile_all() -> None:
    """Make each .mo that is older than its .po."""
    for language in languages():
        source = catalogue_path(language)
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        unfinished = compiled.with_suffix(".new")
        with unfinished.open("wb") as file:
            write_mo(file, read_catalogue(language))
        unfinished.replace(compiled)


def read_catalogue(language: str) -> Catalog:
    """The translations of a language; an empty catalogue where there are none."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, domain="django", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


def extract_all() -> Catalog:
    """Every string of the sources that a reader can see."""
    found = Catalog(domain="django", charset="utf-8")
    for path in sorted(_sources()):
        name = path.relative_to(BASE_DIR).as_posix()
        for _line, message, comments, context in _extract(path):
            found.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return found


def update(language: str) -> None:
    """Bring the sources' strings into a catalogue; new ones are empty, those no longer used are dropped."""
    catalogue = read_catalogue(language)
    catalogue.update(
        extract_all(), no_fuzzy_matching=True, update_header_comment=False, keep_user_comments=True
    )
    catalogue.obsolete.clear()
    catalogue_path(language).parent.mkdir(parents=True, exist_ok=True)
    with catalogue_path(language).open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)


def faults(language: str) -> list[str]:
    """What is missing, empty, fuzzy, not used or broken in a language's catalogue."""
    wanted, have = extract_all(), read_catalogue(language)
    told = [
        problem
        for message in wanted
        if message.id and (problem := _fault(message, have.get(message.id, message.context)))
    ]
    told += [
        f"not used any more: {_name(message)}" for message in have if message.id and not _in(wanted, message)
    ]
    return told


def _fault(wanted: Message, found: Message | None) -> str:
    if found is None:
        return f"missing: {_name(wanted)}"
    texts: list[str | None] = list(found.string) if isinstance(found.string, list | tuple) else [found.string]
    if not all(texts):
        return f"not translated: {_name(wanted)}"
    if found.fuzzy:
        return f"to be checked (fuzzy): {_name(wanted)}"
    wrong = [str(error) for error in found.check()]
    return f"{wrong[0]}: {_name(wanted)}" if wrong else ""


def _in(catalogue: Catalog, message: Message) -> bool:
    return catalogue.get(message.id, message.context) is not None


def _name(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return f"{message.context}: {text!r}" if message.context else repr(text)


def _sources() -> Iterator[Path]:
    for pattern in ("*.py", "*.html", "*.txt"):
        for path in BASE_DIR.rglob(pattern):
            first = path.relative_to(BASE_DIR).parts
            if not SKIPPED.intersection(first) and (path.suffix == ".py" or "templates" in first):
                yield path


def _extract(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    """Extract from Python, and from templates as the Python that Django makes of them."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = template.templatize(text, origin=str(path))
    yield from extract(
        "python", io.BytesIO(text.encode()), keywords=PYTHON_KEYWORDS, comment_tags=("Translators:",)
    )
