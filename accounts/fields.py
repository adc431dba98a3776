"""Columns that keep themselves in normal form, however a row is written."""

import unicodedata
from typing import Any

from django.db import models

from core.text import sort_name


def normal_email(email: str) -> str:
    """The one form of an address: compatibility forms folded, no case.

    Two addresses that some system could take for one another must not become two accounts, nor may a
    look-alike reach the account of another.
    """
    return unicodedata.normalize("NFKC", email.strip()).casefold()


class LoginEmailField(models.EmailField[str, str]):
    """An address in normal form, in rows and in look-ups alike."""

    def to_python(self, value: Any) -> Any:
        """Normalise what is typed."""
        value = super().to_python(value)
        return normal_email(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """Normalise what is written or looked up."""
        value = super().get_prep_value(value)
        return normal_email(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 (Django's signature)
        """Give the instance the form that its row has."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class SortNameField(models.CharField[str, str]):
    """The stored sort key of a property that names the row: `Lower(Unaccent())` could not be indexed."""

    def __init__(self, *args: Any, source: str = "name", **kwargs: Any) -> None:
        self.source = source
        options: dict[str, Any] = {"max_length": 255, "editable": False, "default": ""}
        super().__init__(*args, **options | kwargs)

    def deconstruct(self) -> Any:
        """Keep the source in migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 (Django's signature)
        """Compute the key from the name as it stands."""
        value = sort_name(getattr(model_instance, self.source))[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value
