"""The form of one custom field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.choices import Kind
from services.models import Category, Service
from tickets import kinds
from tickets.models import CustomField


class OptionsField(forms.CharField):
    """Choices as lines `code | French | English`; what is not readable so is left to the act to refuse."""

    widget = forms.Textarea({"rows": 6, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        """The stored choices as lines."""
        if not isinstance(value, list):
            return value
        rows = ((option["value"], option["fr"], option.get("en", "")) for option in value)
        return "\n".join(" | ".join(part for part in row if part) for row in rows)

    def clean(self, value: Any) -> Any:
        """The lines as choices."""
        text = super().clean(value) or ""
        return [_option(line) for line in text.splitlines() if line.strip()]


def _option(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.split("|")]
    value, french, english = [*parts, "", ""][:3]
    return {"value": value, "fr": french or value, "en": english}


class CustomFieldForm(forms.ModelForm[CustomField]):
    """A custom field."""

    options = OptionsField(
        label=_("Choices"), required=False, max_length=20_000, empty_value="",
        help_text=_("For lists: one choice on each line, as: code | French | English."),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=_("kinds"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Empty for all kinds."),
    )  # fmt: skip

    class Meta:
        model = CustomField
        fields = (
            "label_fr", "label_en", "slug", "field_type", "options", "help_fr", "help_en", "kinds", "category",
            "service", "only_in_forms", "is_required", "is_public", "position", "is_active",
        )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kinds"].choices = [(slug, Kind(slug).label) for slug in kinds.registry.slugs]
        fields["category"].queryset = Category.objects.filter(is_active=True)
        fields["service"].queryset = Service.objects.visible_to(user).order_by("sort_name")

    def _post_clean(self) -> None:
        """Leave the row alone: the act checks and writes it."""
