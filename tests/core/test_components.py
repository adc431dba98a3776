"""Components escape what people typed, carry a word beside every colour, and have their icons."""

import re

import pytest
from django.conf import settings
from django.http import QueryDict
from django.template import engines
from django.utils.safestring import SafeString

from core import markup
from core.tables import Column, Table, changed

HOSTILE = "<script>alert(1)</script>"


class Thing:
    """A row."""

    pk = 7
    name = HOSTILE

    def get_absolute_url(self) -> str:
        return "/things/7/"


class ThingTable(Table):
    name = Column("Name", "name", sort="sort_name")
    state = Column("State", lambda row: markup.tag(row.name, "late"), css="wide")


class ShorterTable(ThingTable):
    state = None  # type: ignore[assignment]


def rendered(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load ui %}" + source).render(context)


def test_table_escapes_what_people_typed() -> None:
    html = rendered("{% table table=table %}", table=ThingTable([Thing()]))
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html
    assert 'href="/things/7/"' in html


def test_table_inherits_columns_and_leaves_out_those_set_to_none() -> None:
    assert list(ShorterTable.columns) == ["name"]
    assert ShorterTable.sortable() == {"name": "sort_name"}


def test_head_of_a_sorted_column_turns_the_order_round() -> None:
    head = next(ThingTable([], query=QueryDict("sort=name&page=3&q=x"), sort="name").headers())
    assert (head.direction, head.address) == ("ascending", "?q=x&sort=-name")


def test_changed_query_keeps_the_rest() -> None:
    assert changed(QueryDict("a=1&a=2&page=4"), page=None) == "?a=1&a=2"


@pytest.mark.parametrize(
    "source",
    [
        "{% tag label=bad tone='late' %}",
        "{% status value='new' label=bad %}",
        "{% person who=bad %}",
        "{% alert text=bad %}",
        "{% empty title=bad %}",
        "{% button label=bad %}",
        "{% panel title=bad %}{{ bad }}{% endpanel %}",
        "{% menu label=bad %}{{ bad }}{% endmenu %}",
        "{% markdown text=bad %}",
    ],
)
def test_components_escape_their_values(source: str) -> None:
    assert HOSTILE not in rendered(source, bad=HOSTILE)


def test_every_icon_in_use_is_listed_and_there() -> None:
    listed = set((settings.BASE_DIR / "core" / "icons.txt").read_text().split())
    assert {name for name in listed if not (markup.ICONS / f"{name}.svg").exists()} == set()
    used = set()
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        used |= set(
            re.findall(r'\bicon(?:_name)?="([a-z0-9-]+)"|\bicon name="([a-z0-9-]+)"', template.read_text())
        )
    names = {name for pair in used for name in pair if name}
    assert names - listed == set()


def test_priority_is_said_in_words_as_well() -> None:
    html = markup.priority(1)
    assert isinstance(html, SafeString)
    assert "P1" in html
    assert "title=" in html
