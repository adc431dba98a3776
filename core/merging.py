"""A save over a newer version: what each side changed, field by field, from the raw values of a form."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

BEFORE, THEIRS = "_before", "_theirs"
# Of each conflict the page asks `choose.<field>`: mine or theirs. A button that says it for all is `choose`.
CHOICE = "choose"
_LIMIT = 2_000_000

Raw = dict[str, list[str]]


@dataclass(frozen=True)
class Difference:
    """One field that the other side changed. `is_conflict` where this side changed it as well."""

    name: str
    label: str
    before: str
    theirs: str
    yours: str
    is_conflict: bool


def shown_values(form: forms.BaseForm) -> Raw:
    """The values that an unbound form shows, as the browser would send them."""
    return {
        name: _as_sent(form[name])
        for name, field in form.fields.items()
        if not isinstance(field.widget, forms.FileInput)
    }


def _as_sent(bound: forms.BoundField) -> list[str]:
    value, widget = bound.value(), bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if value else []
    formatted = widget.format_value(value)
    values = formatted if isinstance(formatted, (list, tuple)) else [formatted]
    return [str(each) for each in values if each not in (None, "")]


def sent_values(form: forms.BaseForm) -> Raw:
    """The values that were sent with a bound form."""
    data = form.data
    values: Raw = {}
    for name, field in form.fields.items():
        if isinstance(field.widget, forms.FileInput):
            continue
        key = form.add_prefix(name)
        given = data.getlist(key) if isinstance(data, QueryDict) else [data.get(key, "")]
        sent = [str(value) for value in given if value]
        values[name] = ["on"] if sent and isinstance(field.widget, forms.CheckboxInput) else sent
    return values


def differences(form: forms.BaseForm, *, before: Raw | None, theirs: Raw) -> list[Difference]:
    """What the other side changed since the form was made, as far as the form shows it.

    Where it is not known from what the form was made, whatever differs is a conflict.
    """
    yours = sent_values(form)
    found = []
    for name in form.fields.keys() & theirs.keys() & yours.keys():
        was = (before or {}).get(name)
        if same(theirs[name], yours[name]) or (was is not None and same(was, theirs[name])):
            continue
        clash = was is None or not same(was, yours[name])
        bound = form[name]
        old, new, own = (words(bound, values) for values in (was or [], theirs[name], yours[name]))
        found.append(Difference(name, str(bound.label), old, new, own, is_conflict=clash))
    places = {name: place for place, name in enumerate(form.fields)}
    return sorted(found, key=lambda difference: places[difference.name])


def same(one: list[str], other: list[str]) -> bool:
    """Whether two raw values are the same but for the ends of lines and the order of choices."""
    return sorted(map(_plain, one)) == sorted(map(_plain, other))


def _plain(value: str) -> str:
    return value.replace("\r\n", "\n").strip()


def words(bound: forms.BoundField, values: list[str]) -> str:
    """A raw value as a person reads it."""
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return _("yes") if values else _("no")
    choices = getattr(bound.field, "choices", None)
    if choices is not None:
        labels = {str(key): str(label) for key, label in choices if not isinstance(label, (list, tuple))}
        values = [labels.get(value, value) for value in values]
    return ", ".join(values)


def chosen(data: QueryDict) -> QueryDict:
    """What was sent, with the other side's value wherever the person chose it."""
    theirs = unpack(data.get(THEIRS, ""))
    asked = {name.removeprefix(f"{CHOICE}."): data[name] for name in data if name.startswith(f"{CHOICE}.")}
    if not asked or theirs is None:
        return data
    for_all = data.get(CHOICE, "")
    copy = data.copy()
    for name, choice in asked.items():
        if (for_all or choice) == "theirs" and name in theirs:
            copy.setlist(name, theirs[name])
    return copy


def taken_over(data: QueryDict, found: list[Difference], theirs: Raw) -> QueryDict:
    """What was sent, with the other side's value where only that side changed it."""
    copy = data.copy()
    for difference in found:
        if not difference.is_conflict:
            copy.setlist(difference.name, theirs[difference.name])
    return copy


def pack(values: Mapping[str, list[str]]) -> str:
    """Raw values as a hidden field carries them; nobody's rights hang on them."""
    return base64.b64encode(zlib.compress(json.dumps(values).encode())).decode()


def unpack(packed: str) -> Raw | None:
    """The values of `pack`, None for anything else."""
    try:
        opener = zlib.decompressobj()
        found = json.loads(opener.decompress(base64.b64decode(packed, validate=True), _LIMIT))
    except (binascii.Error, zlib.error, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    return {
        str(name): [str(value).replace("\x00", "") for value in values]
        for name, values in found.items()
        if isinstance(values, list)
    }
