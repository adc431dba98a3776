"""Several people in one field, one a line: by address or by a name that only one of the visible people has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import PersonField, as_typed
from accounts.models import User


class PeopleInput(forms.Textarea):
    """A line for each person."""

    def format_value(self, value: Any) -> str | None:
        """Show people as the field reads them; what was typed otherwise."""
        if isinstance(value, str) or value is None:
            return value
        return "\n".join(as_typed(person) if isinstance(person, User) else str(person) for person in value)


class PeopleField(forms.CharField):
    """People, one a line."""

    widget = PeopleInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("One person a line: a name or an address."))
        kwargs.setdefault("widget", PeopleInput({"rows": 3}))
        super().__init__(max_length=10_000, **kwargs)
        self._person = PersonField(required=True)

    def limit_to(self, user: User) -> None:
        """Accept active people whom this user may see."""
        self._person.limit_to(user)

    def clean(self, value: Any) -> Any:
        """The people meant, each once, in the order of the lines."""
        lines = [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]
        return list(dict.fromkeys(self._meant(lines)))

    def _meant(self, lines: Iterable[str]) -> Iterable[User]:
        for line in lines:
            try:
                yield self._person.clean(line)
            except ValidationError as error:
                raise ValidationError(
                    _("%(line)s: %(message)s"), params={"line": line, "message": " ".join(error.messages)}
                ) from error
