"""Forms about people, teams, entities, roles, absences and tokens."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts import verbs
from accounts.actions.tokens import DEFAULT_DAYS, LONGEST_DAYS
from accounts.choices import EntityKind, Scope
from accounts.models import Absence, Entity, Grant, Role, Team, User
from core.forms import DateInput
from core.text import fold

_ADDRESS = re.compile(r"<([^<>\s]+)>\s*\Z")


class PersonInput(forms.TextInput):
    """A text field that offers people while one types; without scripts, the address is typed."""

    template_name = "accounts/person_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["search"] = reverse_lazy("accounts:people_search")
        return context

    def format_value(self, value: Any) -> str | None:
        """Show a person as name and address; what was typed otherwise."""
        return as_typed(value) if isinstance(value, User) else super().format_value(value)


class PersonField(forms.CharField):
    """One person, given by address or by a name that only one of the visible people has."""

    widget = PersonInput
    default_help = _("Type a name or an address.")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", self.default_help)
        super().__init__(max_length=300, **kwargs)
        self._people = User.objects.none()

    def limit_to(self, user: User) -> None:
        """Offer and accept active people whom this user may see."""
        self._people = User.objects.visible_to(user).active()

    def keep(self, key: int | None) -> None:
        """Accept the person named now as well, whom this user may not see."""
        if key is not None:
            self._people = self._people | User.objects.filter(pk=key)

    def prepare_value(self, value: Any) -> Any:
        """Turn a key, as a prefilled address names it, into the person."""
        if isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit()):
            return self._people.filter(pk=int(value)).first() or ""
        return value

    def clean(self, value: Any) -> Any:
        """The person meant, None where the field is left empty."""
        text = super().clean(value)
        if not text:
            return None
        found = list(self._meant(text)[:2])
        if len(found) != 1:
            raise ValidationError(
                _("Several people are called so. Choose one from the list, or type the address.")
                if found
                else _("Nobody of this name or address.")
            )
        return found[0]

    def _meant(self, text: str) -> Any:
        address = _ADDRESS.search(text)
        if address or "@" in text:
            return self._people.filter(email=address[1] if address else text)
        words = fold(text).split()
        people = self._people
        for word in words:
            people = people.filter(sort_name__contains=word)
        exact = people.filter(sort_name__in=[" ".join(words), " ".join([*words[1:], *words[:1]])])
        return exact if exact.exists() else people


def as_typed(person: User) -> str:
    """A person as the field reads and shows it."""
    return f"{person.name} <{person.email}>"


class EntityField(forms.ModelChoiceField[Entity]):
    """An entity, listed as the tree stands."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Entity"))
        super().__init__(queryset=Entity.objects.none(), **kwargs)

    def limit_to(self, user: User, *granted: str) -> None:
        """Offer the entities where the user holds one of the verbs; without any, those the user may see."""
        seen = Entity.objects.visible_to(user)
        if granted:
            seen = seen.filter(pk__in=user.access.entities_of_any(granted))
        self.queryset = seen.in_tree_order()

    def label_from_instance(self, obj: Entity) -> str:
        """The name, indented by its depth."""
        return obj.indented


class LimitedForm(forms.BaseForm):
    """A form whose choices end where the rights of the person at work do."""

    entity_verb = ""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, PersonField):
                field.limit_to(user)
            elif isinstance(field, EntityField):
                field.limit_to(user, self.entity_verb)
            elif isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                rows: Any = field.queryset.model._default_manager
                field.queryset = rows.visible_to(user)


class ProfileForm(forms.ModelForm[User]):
    """What everyone decides for themselves."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "phone", "language", "timezone", "theme", "uses_keys")
        widgets = {"timezone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"})}


class PersonForm(LimitedForm, forms.ModelForm[User]):
    """A person, as whoever manages people sees it."""

    entity_verb = "accounts.manage_people"
    entity = EntityField()
    manager = PersonField(
        label=_("Line manager"),
        required=False,
        help_text=_("Approves what this person asks for, where a request form says so."),
    )

    class Meta:
        model = User
        fields = (
            "first_name", "last_name", "email", "entity", "job_title", "manager", "phone", "language", "is_vip",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["manager"]
        if isinstance(field, PersonField):
            field.keep(self.instance.manager_id)


class NewPersonForm(PersonForm):
    """A person to create, with the first role and the invitation."""

    role = forms.ModelChoiceField(
        label=_("Role"),
        queryset=Role.objects.none(),
        required=False,
        initial=lambda: Role.objects.filter(slug="requester").values_list("pk", flat=True).first(),
        help_text=_("Granted in the entity and everything below it. More can be granted afterwards."),
    )
    invites = forms.BooleanField(
        label=_("Send an invitation to choose a password"), required=False, initial=True
    )


class TeamForm(LimitedForm, forms.ModelForm[Team]):
    """A team."""

    entity_verb = "accounts.manage_teams"
    entity = EntityField()

    class Meta:
        model = Team
        fields = ("name", "level", "entity", "calendar", "email", "is_active")


class MemberForm(LimitedForm, forms.Form):
    """Someone who joins a team."""

    person = PersonField(label=_("Person"))
    is_lead = forms.BooleanField(label=_("Leads the team"), required=False)


class EntityForm(LimitedForm, forms.Form):
    """An entity and its place in the tree."""

    entity_verb = "accounts.manage_entities"
    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Short and lasting: used by imports and the API.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=EntityKind, initial=EntityKind.DEPARTMENT)
    parent = EntityField(
        label=_("Belongs to"),
        required=False,
        empty_label=_("Nothing: at the top"),
        help_text=_("Rights granted above, with everything below, count here too."),
    )


class RoleForm(forms.Form):
    """A role and its rights, by group."""

    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("What it is for"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group, members in verbs.by_group().items():
            self.fields[f"verbs_{group}"] = forms.MultipleChoiceField(
                label=verbs.group_label(group),
                required=False,
                choices=[(verb.name, verb.label) for verb in members],
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def granted(self) -> list[str]:
        """The verbs that were ticked."""
        return [
            verb for name, ticked in self.cleaned_data.items() if name.startswith("verbs_") for verb in ticked
        ]

    @staticmethod
    def initial_of(role: Role) -> dict[str, Any]:
        """The form as it shows a role."""
        ticked = {
            f"verbs_{group}": [verb.name for verb in members if verb.name in role.verbs]
            for group, members in verbs.by_group().items()
        }
        return {"name": role.title, "description": role.sentence, **ticked}


class GrantForm(LimitedForm, forms.Form):
    """A role for a person or a team, in an entity."""

    entity_verb = "accounts.grant"
    person = PersonField(label=_("Person"), required=False)
    team = forms.ModelChoiceField(
        label=_("Or team"),
        queryset=Team.objects.none(),
        required=False,
        help_text=_("Every member gets the role for as long as they are in the team."),
    )
    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.none())
    entity = EntityField(label=_("In"))
    with_descendants = forms.BooleanField(label=_("And everything below"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """Exactly one holder."""
        data = super().clean() or {}
        holders = [data.get("person"), data.get("team")]
        if "person" not in self.errors and "team" not in self.errors and holders.count(None) != 1:
            self.add_error("person", Grant._meta.constraints[0].get_violation_error_message())
        return data


class AbsenceForm(LimitedForm, forms.ModelForm[Absence]):
    """Days away and who stands in."""

    substitute = PersonField(
        label=_("Substitute"), required=False, help_text=_("New work and approvals go to this person.")
    )

    class Meta:
        model = Absence
        fields = ("starts_on", "ends_on", "substitute", "note")
        widgets = {"starts_on": DateInput, "ends_on": DateInput}

    def _post_clean(self) -> None:
        # The action checks the row as a whole: it knows whose absence this is.
        pass


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What will use it, so that you know it again.")
    )
    access = forms.ChoiceField(
        label=_("It may"),
        choices=[(scope.value, scope.label) for scope in (Scope.READ, Scope.WRITE)],
        initial=Scope.READ,
        widget=forms.RadioSelect,
    )
    groups = forms.MultipleChoiceField(
        label=_("Limit"),
        required=False,
        choices=[(scope.value, scope.label) for scope in Scope if scope not in {Scope.READ, Scope.WRITE}],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: all the rights that you hold."),
    )
    days = forms.IntegerField(
        label=_("Ends after (days)"), min_value=1, max_value=LONGEST_DAYS, initial=DEFAULT_DAYS
    )

    @property
    def scopes(self) -> list[str]:
        """The scopes chosen."""
        return [self.cleaned_data["access"], *self.cleaned_data["groups"]]


class WelcomeForm(forms.Form):
    """The first password of an invited person."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A sentence is easier to keep in mind than a riddle."),
    )
    again = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both alike."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ."))
        return data
