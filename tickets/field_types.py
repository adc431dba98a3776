"""The types of custom fields: the form field of each, how its value is read and stored, and its words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from accounts.forms import PersonField
from accounts.models import User
from core.forms import DateInput, DateTimeInput
from tickets.models.fields import CustomField, FieldType

TEXT_LIMIT, LONG_LIMIT = 500, 20_000
# Beyond this a number is no longer told apart from its neighbours.
_LARGEST = 10**15

People = Mapping[int, User]


def form_field(field: CustomField, *, user: User | None = None) -> forms.Field:
    """The form field; `user` says whose people may be named. It is called `field.name` in every form."""
    options: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help_text,
        "required": field.is_required and field.field_type != FieldType.BOOLEAN,
    }
    made = _FORM_FIELDS[FieldType(field.field_type)](field, options)
    if isinstance(made, PersonField) and user is not None:
        made.limit_to(user)
    return made


def _choice(field: CustomField, options: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=[("", "–"), *field.choices], **options)


def _choices(field: CustomField, options: dict[str, Any]) -> forms.Field:
    return forms.MultipleChoiceField(choices=field.choices, widget=forms.CheckboxSelectMultiple, **options)


def _boolean(field: CustomField, options: dict[str, Any]) -> forms.Field:
    words = [("", "–"), ("true", _("yes")), ("false", _("no"))]
    options["required"] = field.is_required
    return forms.ChoiceField(choices=words, **options)


def _person(field: CustomField, options: dict[str, Any]) -> forms.Field:
    if not options["help_text"]:
        del options["help_text"]
    return PersonField(**options)


_FORM_FIELDS: dict[FieldType, Callable[[CustomField, dict[str, Any]], forms.Field]] = {
    FieldType.TEXT: lambda _field, options: forms.CharField(max_length=TEXT_LIMIT, **options),
    FieldType.LONG: lambda _field, options: forms.CharField(
        max_length=LONG_LIMIT, widget=forms.Textarea({"rows": 3}), **options
    ),
    FieldType.NUMBER: lambda _field, options: forms.DecimalField(max_digits=15, **options),
    FieldType.INTEGER: lambda _field, options: forms.IntegerField(
        min_value=-_LARGEST, max_value=_LARGEST, **options
    ),
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: lambda _field, options: forms.DateField(widget=DateInput, **options),
    FieldType.DATETIME: lambda _field, options: forms.DateTimeField(widget=DateTimeInput, **options),
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.PERSON: _person,
    FieldType.URL: lambda _field, options: forms.CharField(
        max_length=TEXT_LIMIT, widget=forms.URLInput, **options
    ),
}


def initial_of(field: CustomField, value: Any) -> Any:
    """A stored value as the form field shows it."""
    if value is None:
        return None
    match field.field_type:
        case FieldType.BOOLEAN:
            return "true" if value else "false"
        case FieldType.DATETIME:
            return parse_datetime(str(value))
        case FieldType.DATE:
            return parse_date(str(value))
        case _:
            return value


def clean_value(field: CustomField, value: Any, by: User | None) -> Any:
    """One value as it is stored, None where it is empty. Raises `ValidationError`."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValidationError(_("Null characters are not allowed."))
        value = value.strip()
    if value is None or value in ("", []):
        if field.is_required:
            raise ValidationError(_("This field is required."))
        return None
    if field.field_type == FieldType.PERSON:
        return _clean_person(value, by)
    return _CLEANERS[FieldType(field.field_type)](field, value)


def _clean_text(field: CustomField, value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError(_("This must be a text."))
    limit = LONG_LIMIT if field.field_type == FieldType.LONG else TEXT_LIMIT
    if len(value) > limit:
        message = _("At most %(limit)d characters; there are %(count)d.")
        raise ValidationError(message % {"limit": limit, "count": len(value)})
    return value


def _clean_number(field: CustomField, value: Any) -> int | float:
    whole = field.field_type == FieldType.INTEGER
    message = _("Give a whole number.") if whole else _("Give a number.")
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise ValidationError(message)
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValidationError(message) from error
    if not number.is_finite() or abs(number) > _LARGEST:
        raise ValidationError(message)
    if number == number.to_integral_value():
        return int(number)
    if whole:
        raise ValidationError(message)
    return float(number)


def _clean_boolean(_field: CustomField, value: Any) -> bool:
    words = {"true": True, "1": True, "false": False, "0": False}
    found = value if isinstance(value, bool) else words.get(str(value).lower())
    if found is None:
        raise ValidationError(_("Answer with true or false."))
    return found


def _clean_date(_field: CustomField, value: Any) -> str:
    try:
        found = value if isinstance(value, date) else parse_date(str(value))
    except ValueError:
        found = None
    if found is None or isinstance(found, datetime):
        raise ValidationError(_("Give a date as 2026-12-31."))
    return found.isoformat()


def _clean_datetime(_field: CustomField, value: Any) -> str:
    try:
        found = value if isinstance(value, datetime) else parse_datetime(str(value))
    except ValueError:
        found = None
    if found is None:
        raise ValidationError(_("Give a date and time as 2026-12-31T14:30:00+01:00."))
    if timezone.is_naive(found):
        raise ValidationError(_("Give the time zone."))
    try:
        return found.astimezone(UTC).replace(microsecond=0).isoformat()
    except OverflowError as error:
        raise ValidationError(_("Give a date and time as 2026-12-31T14:30:00+01:00.")) from error


def _clean_choice(field: CustomField, value: Any) -> str:
    if value not in [key for key, _label in field.choices]:
        raise ValidationError(_("This is not one of the choices."))
    return str(value)


def _clean_choices(field: CustomField, value: Any) -> list[str] | None:
    given = value if isinstance(value, (list, tuple)) else [value]
    allowed = [key for key, _label in field.choices]
    if any(each not in allowed for each in given):
        raise ValidationError(_("This is not one of the choices."))
    return [key for key in allowed if key in given]


def _clean_url(field: CustomField, value: Any) -> str:
    text = _clean_text(field, value)
    URLValidator(schemes=["http", "https"])(text)
    return text


def _clean_person(value: Any, by: User | None) -> int:
    rows = User.objects.active() if by is None else User.objects.visible_to(by).active()
    if isinstance(value, User):
        rows = rows.filter(pk=value.pk)
    elif isinstance(value, str) and "@" in value:
        rows = rows.filter(email=value.lower())
    elif (
        not isinstance(value, bool) and str(value).isascii() and str(value).isdigit() and len(str(value)) < 19
    ):
        rows = rows.filter(pk=int(value))
    else:
        rows = rows.none()
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise ValidationError(_("Unknown person."))
    return int(found)


_CLEANERS: dict[FieldType, Callable[[CustomField, Any], Any]] = {
    FieldType.TEXT: _clean_text,
    FieldType.LONG: _clean_text,
    FieldType.NUMBER: _clean_number,
    FieldType.INTEGER: _clean_number,
    FieldType.BOOLEAN: _clean_boolean,
    FieldType.DATE: _clean_date,
    FieldType.DATETIME: _clean_datetime,
    FieldType.CHOICE: _clean_choice,
    FieldType.CHOICES: _clean_choices,
    FieldType.URL: _clean_url,
}


def people_in(values: Iterable[tuple[CustomField, Any]]) -> dict[int, User]:
    """The people that values name, by key; asks nothing where none is named."""
    keys = {
        value
        for field, value in values
        if field.field_type == FieldType.PERSON and isinstance(value, int) and not isinstance(value, bool)
    }
    return User.objects.in_bulk(keys) if keys else {}


def words(field: CustomField, value: Any, people: People) -> str:
    """One stored value in the reader's language. One that a change of the field left behind is told as it is."""
    if value is None or value == []:
        return ""
    try:
        return _WORDS[FieldType(field.field_type)](field, value, people)
    except (TypeError, ValueError):
        return str(value)


def _boolean_words(_field: CustomField, value: Any, _people: People) -> str:
    return _("yes") if value else _("no")


def _number_words(_field: CustomField, value: Any, _people: People) -> str:
    return str(number_format(value, use_l10n=True, force_grouping=True))


def _date_words(_field: CustomField, value: Any, _people: People) -> str:
    return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")


def _datetime_words(_field: CustomField, value: Any, _people: People) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(value)), "SHORT_DATETIME_FORMAT")


def _person_words(_field: CustomField, value: Any, people: People) -> str:
    return people[value].name if value in people else _("something that no longer exists")


def _choice_words(field: CustomField, value: Any, _people: People) -> str:
    labels = dict(field.choices)
    given: Sequence[Any] = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(each, str(each)) for each in given)


def _plain_words(_field: CustomField, value: Any, _people: People) -> str:
    return str(value)


_WORDS: dict[FieldType, Callable[[CustomField, Any, People], str]] = {
    FieldType.TEXT: _plain_words,
    FieldType.LONG: _plain_words,
    FieldType.NUMBER: _number_words,
    FieldType.INTEGER: _number_words,
    FieldType.BOOLEAN: _boolean_words,
    FieldType.DATE: _date_words,
    FieldType.DATETIME: _datetime_words,
    FieldType.CHOICE: _choice_words,
    FieldType.CHOICES: _choice_words,
    FieldType.PERSON: _person_words,
    FieldType.URL: _plain_words,
}
