"""The attributes that an administrator defines: which a type has, what their values are, and how they read."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core import times
from core.text import fold
from services.choices import AttributeType
from services.models import Attribute, Item, ItemType

TEXT_LIMIT = 500
# As deep as a tree of types is read.
DEEPEST = 3
_YES = {"1", "true", "yes", "oui", "vrai", "x", "on"}
_NO = {"0", "false", "no", "non", "faux", "off"}
_FRENCH_DATE = re.compile(r"\A(\d{1,2})[/.](\d{1,2})[/.](\d{4})\Z")
_as_url = URLValidator(schemes=["http", "https"])


@dataclass
class Types:
    """All types with their attributes, read in two statements."""

    by_key: dict[int, ItemType]
    own: dict[int, list[Attribute]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Self:
        """Read them from the tables."""
        types = cls({row.pk: row for row in ItemType.objects.all()})
        for attribute in Attribute.objects.order_by("position", "pk"):
            types.own.setdefault(attribute.item_type_id, []).append(attribute)
        return types

    def lineage(self, key: int) -> list[int]:
        """The keys of a type and of those above it, the highest first."""
        chain: list[int] = []
        here: int | None = key
        while here is not None and here in self.by_key and here not in chain and len(chain) < DEEPEST:
            chain.insert(0, here)
            here = self.by_key[here].parent_id
        return chain

    def attributes(self, key: int) -> list[Attribute]:
        """The attributes of a type, those of the types above it first."""
        return [attribute for one in self.lineage(key) for attribute in self.own.get(one, [])]


def attributes_of(item_type: ItemType) -> list[Attribute]:
    """The attributes of one type and of those above it."""
    return Types.read().attributes(item_type.pk)


def cleaned(
    attributes: Iterable[Attribute], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Values as the column holds them, and what is wrong by the code of the attribute; empty values are left out."""
    known = {attribute.slug: attribute for attribute in attributes}
    clean: dict[str, Any] = {}
    unknown = (name for name, value in values.items() if name not in known and value not in (None, ""))
    wrong = {name: _("This type has no such attribute.") for name in unknown}
    for slug, attribute in known.items():
        try:
            value = clean_value(attribute, values.get(slug))
        except ValidationError as error:
            wrong[slug] = str(error.messages[0])
            continue
        if value is not None:
            clean[slug] = value
        elif attribute.is_required:
            wrong[slug] = _("This field is required.")
    return clean, wrong


def clean_value(attribute: Attribute, value: Any) -> Any:
    """One value as the column holds it, None for nothing. Raises `ValidationError`."""
    if isinstance(value, str):
        value = value.strip()
        if "\x00" in value:
            raise ValidationError(_("Null characters are not allowed."))
        if len(value) > TEXT_LIMIT:
            raise ValidationError(_("At most %(limit)d characters.") % {"limit": TEXT_LIMIT})
    if value is None or value == "":
        return None
    if not isinstance(value, str | int | float | bool | date):
        raise ValidationError(_("This is not a plain value."))
    return _READERS[AttributeType(attribute.attribute_type)](value, attribute)


def _text(value: Any, attribute: Attribute) -> str:
    return str(value)


def _number(value: Any, attribute: Attribute) -> int | float:
    """A number; typed with a comma and spaces as well."""
    if isinstance(value, bool):
        raise ValidationError(_("Enter a number."))
    try:
        number = float(
            re.sub(r"[\s\u00a0\u202f]", "", value).replace(",", ".") if isinstance(value, str) else value
        )
    except (TypeError, ValueError, OverflowError):
        raise ValidationError(_("Enter a number.")) from None
    if not math.isfinite(number) or abs(number) > 1e15:
        raise ValidationError(_("Enter a number."))
    return int(number) if number.is_integer() else number


def as_date(value: Any) -> date:
    """A date given as one, as 2026-11-23, or as French people write it. Raises `ValidationError`."""
    if isinstance(value, date):
        return value
    try:
        if match := _FRENCH_DATE.match(str(value).strip()):
            return date(int(match[3]), int(match[2]), int(match[1]))
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValidationError(_("Enter a date, such as 2026-11-23 or 23/11/2026.")) from None


def as_boolean(value: Any) -> bool:
    """Yes or no, in French, in English or as a number. Raises `ValidationError`."""
    if isinstance(value, bool):
        return value
    word = fold(str(value)).strip()
    if word not in _YES | _NO:
        raise ValidationError(_("Enter yes or no."))
    return word in _YES


def _choice(value: Any, attribute: Attribute) -> str:
    chosen = next((option for option in attribute.options if fold(option) == fold(str(value))), None)
    if chosen is None:
        raise ValidationError(_("Choose one of: %(names)s.") % {"names": ", ".join(attribute.options)[:300]})
    return str(chosen)


def _url(value: Any, attribute: Attribute) -> str:
    text = str(value)
    try:
        _as_url(text)
    except ValidationError:
        raise ValidationError(_("Enter a web address that begins with https:// or http://.")) from None
    return text


def _ip(value: Any, attribute: Attribute) -> str:
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        raise ValidationError(_("Enter an IP address, such as 10.20.1.4 or 2001:db8::4.")) from None


_READERS: dict[AttributeType, Callable[[Any, Attribute], Any]] = {
    AttributeType.TEXT: _text,
    AttributeType.NUMBER: _number,
    AttributeType.DATE: lambda value, attribute: as_date(value).isoformat(),
    AttributeType.BOOLEAN: lambda value, attribute: as_boolean(value),
    AttributeType.CHOICE: _choice,
    AttributeType.URL: _url,
    AttributeType.IP: _ip,
}


def shown(attribute: Attribute, value: Any) -> Any:
    """A value as a page says it, with its unit."""
    if value in (None, ""):
        return None
    match attribute.attribute_type:
        case AttributeType.BOOLEAN:
            return _("yes") if value else _("no")
        case AttributeType.DATE:
            return date_format(as_date(value), "SHORT_DATE_FORMAT")
        case AttributeType.URL:
            return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', value, value)
        case AttributeType.NUMBER:
            number = times.number(value)
            return f"{number}\u00a0{attribute.unit}" if attribute.unit else number
        case _:
            return f"{value} {attribute.unit}" if attribute.unit else value


def facts_of(item: Item, attributes: Iterable[Attribute]) -> list[tuple[str, Any]]:
    """Label and value of each attribute that the item has a value for."""
    pairs = (
        (str(attribute), shown(attribute, item.attributes.get(attribute.slug))) for attribute in attributes
    )
    return [(label, value) for label, value in pairs if value is not None]


def values_in_use(attribute: Attribute, *, option: str | None = None) -> int:
    """How many items hold a value of the attribute, or one choice of it."""
    types = _heirs(attribute.item_type_id)
    rows = Item.objects.filter(item_type__in=types)
    if option is not None:
        return rows.filter(attributes__contains={attribute.slug: option}).count()
    return rows.filter(attributes__has_key=attribute.slug).count()


def _heirs(key: int) -> list[int]:
    """The keys of a type and of all those below it."""
    types = Types.read()
    return [one for one in types.by_key if key in types.lineage(one)]
