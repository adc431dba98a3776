"""Form fields that name items and services by the codes on their labels; scripts only help with the typing."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from services.models import Item, Service, Thing

# Items named in one field; more is a mistake.
MOST = 100
_BETWEEN = re.compile(r"[,;\s]+")


class CodesInput(forms.TextInput):
    """A text field whose end is completed from the items the person may see."""

    template_name = "services/codes_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None, *, of: str = "items") -> None:
        super().__init__(attrs)
        self.of = of

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(search=reverse_lazy("services:item_search"), of=self.of)
        return context


class ItemsField(forms.CharField):
    """Several items by code, separated by commas or spaces; the value is a list of items."""

    widget = CodesInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Items concerned"))
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", _("The codes on their labels, separated by commas."))
        super().__init__(max_length=4000, **kwargs)
        self._items = Item.objects.none()

    def limit_to(self, user: User) -> None:
        """Accept the items this person may name."""
        self._items = Item.objects.nameable_by(user)

    def prepare_value(self, value: Any) -> Any:
        """Codes, whether items or a text are given."""
        if isinstance(value, list | tuple):
            return ", ".join(item.code if isinstance(item, Item) else str(item) for item in value)
        return value

    def clean(self, value: Any) -> Any:
        """The items, each once, in the order typed."""
        text = super().clean(value)
        codes = list(dict.fromkeys(code.upper() for code in _BETWEEN.split(text) if code))
        if len(codes) > MOST:
            raise ValidationError(_("At most %(limit)d items at once.") % {"limit": MOST})
        if not codes:
            return []
        found = {
            row.code.upper(): row for row in self._items.annotate(upper=Upper("code")).filter(upper__in=codes)
        }
        missing = [code for code in codes if code not in found]
        if missing:
            names = ", ".join(missing)[:300]
            raise ValidationError(_("No item known to you has this code: %(names)s.") % {"names": names})
        return [found[code] for code in codes]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as typed."""
        return super().has_changed(self.prepare_value(initial), data)


class ThingField(forms.CharField):
    """One service or item, by the code of either or the name of a service."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("The code of an item, or the name of a service."))
        super().__init__(max_length=120, widget=CodesInput(of="things"), **kwargs)
        self._user: User | None = None

    def limit_to(self, user: User) -> None:
        """Accept what this person may see."""
        self._user = user

    def clean(self, value: Any) -> Thing | None:
        """The service or item, None where the field is left empty."""
        text = super().clean(value).strip().removesuffix(",").strip()
        if not text or self._user is None:
            return None
        item = Item.objects.visible_to(self._user).filter(code__iexact=text).first()
        if item is not None:
            return item
        services = Service.objects.visible_to(self._user).filter(Q(code__iexact=text) | Q(name__iexact=text))
        found = list(services[:2])
        if len(found) != 1:
            raise ValidationError(_("Nothing known to you has this code or name."))
        return found[0]
