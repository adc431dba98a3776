"""The catalogue as people leaf through it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from assistance.models import RequestType


def visible_types(user: User, asked: str = "") -> QuerySet[RequestType]:
    """The forms offered to a person, narrowed to those that hold the words looked for."""
    rows = RequestType.objects.visible_to(user).offered().select_related("category", "category__parent")
    return named(rows, asked).order_by("position", "name_fr")


def named(rows: QuerySet[RequestType], asked: str) -> QuerySet[RequestType]:
    """Those whose name, sentence or category holds each of the words."""
    for word in asked.split()[:10]:
        rows = rows.filter(_holds(word))
    return rows


def _holds(word: str) -> Q:
    names = ("name_fr", "name_en", "sentence_fr", "sentence_en", "category__name", "category__name_en")
    condition = Q()
    for name in names:
        condition |= Q(**{f"{name}__unaccent__icontains": word})
    return condition


def cards(types: Iterable[RequestType]) -> list[tuple[str, list[Any]]]:
    """The forms under the name of their topmost category, in the order of the catalogue; the rest last."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in types:
        category = row.category
        while category is not None and category.parent_id and category.parent:
            category = category.parent
        groups[str(category) if category else ""].append(row)
    others = groups.pop("", [])
    return [*groups.items(), *([(_("Other requests"), others)] if others else [])]
