"""The forms of items, and of what they are set up with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PersonField, as_typed
from accounts.models import Entity, User
from core.forms import DateInput
from services.actions.items import EDIT
from services.attributes import TEXT_LIMIT, Types
from services.choices import AttributeType, ItemStatus, RelationType
from services.fields import ThingField
from services.models import Attribute, Item, ItemType, Place, Service, Supplier
from services.workflow import LIFE

_DATES = ("acquired_on", "warranty_until", "contract_until")
_PREFIX = "attributes."


class ItemForm(forms.ModelForm[Item]):
    """An item of one type, with the attributes of that type."""

    owner = PersonField(label=_("Owner"), required=False)
    user = PersonField(label=_("User"), required=False)

    class Meta:
        model = Item
        fields = (
            "code", "name", "entity", "status", "service", "place", "place_note", "user", "owner", "supplier", "serial",
            "acquired_on", "warranty_until", "contract_ref", "contract_until", "note",
        )  # fmt: skip
        widgets = {name: DateInput() for name in _DATES} | {"note": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, user: User, item_type: ItemType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item_type = item_type
        self._offer(user)
        self._offer_statuses()
        for name in ("owner", "user"):
            field = self.fields[name]
            if isinstance(field, PersonField):
                field.limit_to(user)
                field.keep(getattr(self.instance, f"{name}_id"))
            if person := getattr(self.instance, name, None):
                self.initial[name] = as_typed(person)
        for attribute in Types.read().attributes(item_type.pk):
            self.fields[f"{_PREFIX}{attribute.slug}"] = attribute_field(
                attribute, self.instance.attributes.get(attribute.slug)
            )

    def _offer(self, user: User) -> None:
        """What the person may choose, and what is chosen now."""
        fields: dict[str, Any] = self.fields
        now = self.instance
        fields["entity"].queryset = Entity.objects.filter(
            pk__in=user.access.entities(EDIT) | {now.entity_id or 0}
        )
        fields["service"].queryset = Service.objects.visible_to(user) | Service.objects.filter(
            pk=now.service_id or 0
        )
        places = Place.objects.visible_to(user).filter(is_active=True)
        fields["place"].queryset = places | Place.objects.filter(pk=now.place_id or 0)
        suppliers = Supplier.objects.visible_to(user).filter(is_active=True)
        fields["supplier"].queryset = suppliers | Supplier.objects.filter(pk=now.supplier_id or 0)
        if not now.pk:
            self.initial.setdefault("entity", user.entity_id)

    def _offer_statuses(self) -> None:
        fields: dict[str, Any] = self.fields
        now = ItemStatus(self.instance.status)
        offered = (
            [now, *LIFE[now]]
            if self.instance.pk
            else [one for one in ItemStatus if one != ItemStatus.DISPOSED]
        )
        fields["status"].choices = [(one.value, one.label) for one in offered]

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the item, and its attributes by code."""
        own = {name: self.cleaned_data[name] for name in self.Meta.fields}
        attributes = {
            name.removeprefix(_PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(_PREFIX)
        }
        return {**own, "attributes": attributes}

    def attribute_rows(self) -> list[forms.BoundField]:
        """The fields of the type, apart from those of every item."""
        return [self[name] for name in self.fields if name.startswith(_PREFIX)]

    def own_rows(self) -> list[forms.BoundField]:
        """The fields of every item."""
        return [self[name] for name in self.Meta.fields]

    def _post_clean(self) -> None:
        """The action checks the row, under its lock; the form only reads what was typed."""


def attribute_field(attribute: Attribute, value: Any) -> forms.Field:
    """The form field of an attribute, with the value it has."""
    label = f"{attribute} ({attribute.unit})" if attribute.unit else str(attribute)
    common: dict[str, Any] = {"label": label, "required": attribute.is_required, "initial": value}
    match attribute.attribute_type:
        case AttributeType.DATE:
            return forms.DateField(widget=DateInput, **common)
        case AttributeType.NUMBER:
            return forms.CharField(max_length=40, widget=forms.TextInput({"inputmode": "decimal"}), **common)
        case AttributeType.BOOLEAN:
            common["initial"] = {True: "yes", False: "no"}.get(value, "")
            choices = [("", "–"), ("yes", _("yes")), ("no", _("no"))]
            return forms.ChoiceField(choices=choices, **common)
        case AttributeType.CHOICE:
            choices = [("", "–"), *((option, option) for option in attribute.options)]
            return forms.ChoiceField(choices=choices, **common)
        case _:
            return forms.CharField(max_length=TEXT_LIMIT, **common)


class RelationForm(forms.Form):
    """A relation seen from one end."""

    relation = forms.ChoiceField(label=_("Relation"))
    other = ThingField(label=_("To what"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["other"].limit_to(user)
        fields["relation"].choices = [
            choice
            for kind in RelationType
            for choice in ((kind.value, kind.label), (f"-{kind.value}", kind.inverse))
        ]


class ImportForm(forms.Form):
    """A file of items."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
        help_text=_(
            "The first line names the columns. Nothing is written before you have seen what would be."
        ),
    )


class ItemTypeForm(forms.ModelForm[ItemType]):
    """A type of items."""

    class Meta:
        model = ItemType
        fields = ("name_fr", "name_en", "slug", "parent", "icon", "position", "is_active")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["parent"].queryset = ItemType.objects.exclude(pk=self.instance.pk)

    def _post_clean(self) -> None:
        """The action checks the row."""


class OptionsField(forms.CharField):
    """A list, one entry per line."""

    widget = forms.Textarea({"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        """Lines, whether a list or a text is given."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The entries."""
        entries = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if any(len(entry) > 120 for entry in entries):
            raise forms.ValidationError(_("A choice has at most 120 characters."))
        return entries


class AttributeForm(forms.ModelForm[Attribute]):
    """An attribute of a type."""

    options = OptionsField(
        label=_("Choices"), required=False, max_length=20_000, help_text=_("For a list: one choice per line.")
    )

    class Meta:
        model = Attribute
        fields = (
            "label_fr",
            "label_en",
            "slug",
            "attribute_type",
            "options",
            "unit",
            "is_required",
            "position",
        )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def _post_clean(self) -> None:
        """The action checks the row."""


class PlaceForm(forms.ModelForm[Place]):
    """A place."""

    class Meta:
        model = Place
        fields = ("name", "entity", "parent", "address", "is_active")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        managed = user.access.entities("services.manage")
        fields["entity"].queryset = Entity.objects.filter(pk__in=managed)
        fields["parent"].queryset = Place.objects.filter(entity__in=managed).exclude(pk=self.instance.pk)

    def _post_clean(self) -> None:
        """The action checks the row."""


class SupplierForm(forms.ModelForm[Supplier]):
    """A supplier."""

    class Meta:
        model = Supplier
        fields = ("name", "contact", "phone", "email", "contract_ref", "is_active")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def _post_clean(self) -> None:
        """The action checks the row."""
