"""Extraction, check and compilation of translations without gettext."""

from gettext import GNUTranslations
from pathlib import Path

import pytest

from itsm import translations


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with strings in Python and in a template."""
    monkeypatch.setattr(translations, "BASE_DIR", tmp_path)
    monkeypatch.setattr(translations, "LOCALES", tmp_path / "locale")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        "{% load i18n %}{% translate 'Queue' %}{% blocktranslate count n=n %}one ticket{% plural %}{{ n }} tickets"
        "{% endblocktranslate %}",
        encoding="utf-8",
    )
    (tmp_path / "app.py").write_text(
        'from django.utils.translation import gettext_lazy as _, pgettext\n_("Late")\npgettext("verb", "open")\n',
        encoding="utf-8",
    )
    translations.update("fr")
    return tmp_path


def translate(house: Path, **texts: str) -> None:
    """Fill in translations by hand."""
    path = translations.catalogue_path("fr")
    text = path.read_text(encoding="utf-8")
    for english, french in texts.items():
        text = text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{french}"')
    text = text.replace('msgstr[0] ""', 'msgstr[0] "un ticket"').replace(
        'msgstr[1] ""', 'msgstr[1] "%(n)s tickets"'
    )
    path.write_text(text, encoding="utf-8")


def test_strings_of_python_and_templates_are_found_and_empty_ones_told(house: Path) -> None:
    told = "\n".join(translations.faults("fr"))
    assert all(
        f"not translated: {name}" in told for name in ("'Late'", "'Queue'", "verb: 'open'", "'one ticket'")
    )


def test_a_complete_catalogue_is_compiled(house: Path) -> None:
    translate(house, Late="En retard", Queue="File", open="ouvrir")
    assert translations.faults("fr") == []
    translations.compile_all()
    with translations.catalogue_path("fr").with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    assert compiled.gettext("Late") == "En retard"
    assert compiled.pgettext("verb", "open") == "ouvrir"
    assert compiled.ngettext("one ticket", "%(n)s tickets", 2) == "%(n)s tickets"


def test_new_unused_and_broken_strings_are_told(house: Path) -> None:
    translate(house, Late="En retard", Queue="File", open="ouvrir")
    (house / "app.py").write_text('_("New")\n_("%(n)s left")\npgettext("verb", "open")\n', encoding="utf-8")
    told = translations.faults("fr")
    assert "missing: 'New'" in told
    assert "not used any more: 'Late'" in told
