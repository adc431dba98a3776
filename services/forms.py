"""The forms of services and categories."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity, Team, User
from calendars.models import Calendar
from core.choices import Kind, Level
from services.models import Category, Service

SUPPORT_LEVELS = (Level.N1, Level.N2, Level.N3, Level.SUPPLIER)


class HttpsField(forms.URLField):
    """An address; one typed without its scheme is taken for https."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", **kwargs)


class ServiceForm(forms.ModelForm[Service]):
    """A service with the team of each level."""

    owner = forms.EmailField(
        label=_("Owner"), required=False, help_text=_("The e-mail address of the person who answers for it.")
    )

    class Meta:
        model = Service
        fields = (
            "name", "entity", "criticality", "status", "owner", "calendar", "description",
            "documentation_url", "code",
        )  # fmt: skip
        field_classes = {"documentation_url": HttpsField}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        managed = user.access.entities("services.manage")
        self.fields["entity"].queryset = Entity.objects.filter(pk__in=managed)  # type: ignore[attr-defined]
        self.fields["calendar"].queryset = Calendar.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["code"].required = False
        self.fields["code"].help_text = _("Made from the name where it is left empty.")
        if self.instance.pk and self.instance.owner:
            self.initial["owner"] = self.instance.owner.email
        self._add_support()

    def _add_support(self) -> None:
        teams = list(Team.objects.visible_to(self.user).active())
        present = {row.level: row.team_id for row in self.instance.support.all()} if self.instance.pk else {}
        for level in SUPPORT_LEVELS:
            keys = {team.pk for team in teams if team.level == level} | {present.get(level, 0)}
            self.fields[level.value] = forms.ModelChoiceField(
                Team.objects.filter(pk__in=keys),
                required=False,
                label=_("Team: %(level)s") % {"level": level.label},
                initial=present.get(level),
            )

    def clean_owner(self) -> User | None:
        """The person of the address, among those the user may see."""
        email = self.cleaned_data["owner"]
        if not email:
            return None
        found = User.objects.visible_to(self.user).active().filter(email=email).first()
        if found is None:
            raise forms.ValidationError(_("Nobody with this address is known to you."))
        return found

    def clean_code(self) -> str:
        """The present code stays where none is typed."""
        code: str = self.cleaned_data["code"] or self.initial.get("code", "")
        return code

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the service."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def support(self) -> dict[Level, Team | None]:
        """The team of each level."""
        return {level: self.cleaned_data[level.value] for level in SUPPORT_LEVELS}

    def _post_clean(self) -> None:
        """The action checks the row, under its lock; the form only reads what was typed."""


class CategoryForm(forms.ModelForm[Category]):
    """A category."""

    kinds = forms.MultipleChoiceField(
        label=_("Kinds"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Empty for all kinds."),
    )

    class Meta:
        model = Category
        fields = ("name", "name_en", "parent", "kinds", "default_service", "is_active", "slug")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = Category.objects.select_related("parent").filter(parent__parent=None)
        self.fields["parent"].queryset = parents.exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
        self.fields["default_service"].queryset = Service.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["slug"].required = False
        self.fields["slug"].help_text = _("Made from the name where it is left empty.")

    def clean_slug(self) -> str:
        """The present code stays where none is typed."""
        slug: str = self.cleaned_data["slug"] or self.initial.get("slug", "")
        return slug

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the category."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """The action checks the row, under its lock; the form only reads what was typed."""
