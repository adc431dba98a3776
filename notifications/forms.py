"""How one wants to be told."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise

from notifications.actions import Choices
from notifications.choices import About, Channel


class PreferenceForm(forms.Form):
    """A tick for each occasion and channel."""

    def __init__(self, *args: Any, chosen: Choices, occasions: list[About], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.occasions = occasions
        for about in occasions:
            for channel in Channel:
                self.fields[f"{about}-{channel}"] = forms.BooleanField(
                    required=False, initial=channel in chosen[about], label=channel.label
                )

    def rows(self) -> Iterator[tuple[str | Promise, list[BoundField]]]:
        """Each occasion with its ticks."""
        for about in self.occasions:
            yield about.label, [self[f"{about}-{channel}"] for channel in Channel]

    @property
    def choices(self) -> Choices:
        """What was ticked."""
        return {
            about: frozenset(channel for channel in Channel if self.cleaned_data[f"{about}-{channel}"])
            for about in self.occasions
        }
