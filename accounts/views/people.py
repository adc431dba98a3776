"""People in the administration."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions, explain, permissions
from accounts.filters import PeopleFilter, people_named
from accounts.forms import AbsenceForm, NewPersonForm, PersonForm, as_typed
from accounts.models import Absence, ApiToken, Entity, Grant, User
from accounts.tables import PeopleTable
from accounts.views.common import MANAGE_FRAME, crumb, signed_in
from accounts.views.own import chosen_entity
from core import markup
from core.views import Action, CreatePage, Crumb, DetailPage, ListPage, UpdatePage, refused_message

VIEW, MANAGE, GRANT = "accounts.view_people", permissions.MANAGE_PEOPLE, "accounts.grant"
SUGGESTIONS = 10


def seen(request: HttpRequest, pk: int) -> User:
    """The person, 404 where the one who asks may not see them."""
    return get_object_or_404(User.objects.visible_to(signed_in(request)).select_related("entity"), pk=pk)


class PeopleList(ListPage):
    """People."""

    model = User
    table_class = PeopleTable
    filterset_class = PeopleFilter
    frame = MANAGE_FRAME
    verb = VIEW
    title = _("People")
    sentence = _("Who may sign in, where they belong, and what they may do.")
    default_sort = "name"
    search_label = _("Search by name or address")
    empty_title = _("Nobody here yet")
    empty_icon = "users"

    def get_queryset(self) -> QuerySet[User]:
        return super().get_queryset().select_related("entity")

    def actions(self) -> list[Action]:
        if not self.request.user.has_perm(MANAGE):
            return []
        return [Action(_("New person"), reverse("accounts:create_person"), "user-plus", primary=True)]


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Suggestions for a field that names a person: options for a data list, or JSON where asked for.

    `field` says which parameter holds what was typed, because htmx sends it under the field's own name.
    """
    typed = request.GET.get(request.GET.get("field", "q"), "")[:200]
    people = User.objects.visible_to(signed_in(request)).active()
    found = people_named(people, typed).select_related("entity").order_by("sort_name", "pk")
    rows = list(found[:SUGGESTIONS]) if typed.strip() else []
    if request.accepts("text/html"):
        return render(
            request, "accounts/person_options.html", {"options": [(as_typed(row), row) for row in rows]}
        )
    results = [
        {"id": row.pk, "name": row.name, "email": row.email, "entity": row.entity.name} for row in rows
    ]
    return JsonResponse({"results": results})


class PersonPage(DetailPage):
    """One person: who, where, in which teams, with which rights."""

    model = User
    frame = MANAGE_FRAME
    template_name = "accounts/person.html"
    verb = VIEW

    def get_queryset(self) -> QuerySet[User]:
        return super().get_queryset().select_related("entity")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("People"), "accounts:people")]

    def actions(self) -> list[Action]:
        person, key = signed_in(self.request), self.object.pk
        shown = [Action(_("Rights"), reverse("accounts:person_rights", args=[key]), "shield-check")]
        if person.has_perm(permissions.PERSONAL_DATA, self.object):
            address = reverse("accounts:personal_data", args=[key])
            shown.append(Action(_("Personal data"), address, "database"))
        if person.has_perm(MANAGE, self.object):
            shown.append(Action(_("Edit"), reverse("accounts:edit_person", args=[key]), "pencil"))
        return shown

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, person = signed_in(self.request), self.object
        managed = user.has_perm(MANAGE, person)
        now = timezone.now()
        grants = Grant.objects.visible_to(user).filter(user=person)
        through = explain.grants_of(person).exclude(team=None)
        return {
            **super().get_context_data(**kwargs),
            "person": person,
            "facts": [
                (_("E-mail"), person.email),
                (_("Entity"), person.entity),
                (_("Job title"), person.job_title),
                (_("Line manager"), person.manager),
                (_("Telephone"), person.phone),
                (_("Language"), person.get_language_display()),
                (_("Last sign-in"), markup.when(person.last_login)),
            ],
            "grant_address": f"{reverse('accounts:create_grant')}?person={person.pk}&entity={person.entity_id}",
            "grants": grants.select_related("role", "entity", "granted_by", "user", "team"),
            "team_grants": through,
            "memberships": person.memberships.select_related("team__entity").order_by("team__sort_name"),
            "absences": person.absences.filter(ends_on__gte=timezone.localdate()).select_related(
                "substitute"
            ),
            "tokens": ApiToken.objects.filter(user=person).living(now) if managed else [],
            "sessions": UserSession.objects.filter(user=person).count() if managed else 0,
            "may_manage": managed,
            "may_grant": user.has_perm(GRANT),
            "may_note_absence": permissions.may_declare_absence(user, person),
        }


class PersonFormMixin:
    """Gives the form the person at work, whose rights limit its choices."""

    request: HttpRequest
    frame = MANAGE_FRAME

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": signed_in(self.request)}  # type: ignore[misc]


class NewPerson(PersonFormMixin, CreatePage):
    """Create a person, and invite them if wanted."""

    form_class = NewPersonForm
    verb = MANAGE
    title = _("New person")
    submit_label = _("Create person")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("People"), "accounts:people")]

    def act(self, form: NewPersonForm) -> str:
        by, data = signed_in(self.request), dict(form.cleaned_data)
        invites = data.pop("invites")
        person = actions.create_person(by=by, **data)
        if invites:
            link = actions.invite(person, by=by)
            show_link(self.request, person, link)
        return person.get_absolute_url()


class EditPerson(PersonFormMixin, UpdatePage):
    """Change a person's record."""

    model = User
    form_class = PersonForm
    object_verb = MANAGE
    success_message = _("The changes are saved.")

    def crumbs(self) -> list[Crumb]:
        return [
            crumb(_("People"), "accounts:people"),
            crumb(self.object.name, "accounts:person", self.object.pk),
        ]

    def get_title(self) -> Any:
        return _("Edit")

    def act(self, form: PersonForm) -> str:
        return actions.edit_person(
            self.object, form.cleaned_data, by=signed_in(self.request)
        ).get_absolute_url()


def show_link(request: HttpRequest, person: User, link: str) -> None:
    """Say that the invitation left, and show its link once, for who has no mail yet."""
    messages.success(
        request,
        _("%(name)s is invited by mail. The same link, shown only now: %(link)s")
        % {"name": person.name, "link": link},
    )


@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a link to choose a password."""
    person, links = seen(request, pk), []
    if refused_message(request, lambda: links.append(actions.invite(person, by=signed_in(request)))):
        show_link(request, person, links[0])
    return redirect(person)


@require_POST
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account."""
    person = seen(request, pk)
    if refused_message(request, lambda: actions.deactivate(person, by=signed_in(request))):
        messages.success(
            request, _("%(name)s is deactivated and signed out everywhere.") % {"name": person.name}
        )
    return redirect(person)


@require_POST
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again."""
    person = seen(request, pk)
    if refused_message(request, lambda: actions.reactivate(person, by=signed_in(request))):
        messages.success(request, _("%(name)s is active again.") % {"name": person.name})
    return redirect(person)


@require_POST
def end_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a person out everywhere."""
    person = seen(request, pk)
    actions.end_sessions(person, by=signed_in(request), keep=request.session.session_key)
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": person.name})
    return redirect(person)


@require_safe
def rights(request: HttpRequest, pk: int) -> HttpResponse:
    """Why this person may do this, in one entity."""
    user, person = signed_in(request), seen(request, pk)
    if not user.has_perm(VIEW):
        raise PermissionDenied
    entities = Entity.objects.visible_to(user).in_tree_order()
    entity = chosen_entity(request, list(entities), person.entity)
    return render(
        request,
        "accounts/rights.html",
        {
            "frame": MANAGE_FRAME,
            "title": _("Rights of %(name)s") % {"name": person.name},
            "sentence": _("Each right in the chosen entity, with the role and the grant it comes from."),
            "crumbs": [
                crumb(_("People"), "accounts:people"),
                crumb(person.name, "accounts:person", person.pk),
            ],
            "person": person,
            "entity": entity,
            "entities": entities,
            "groups": explain.explain(person, entity),
        },
    )


class NewAbsence(CreatePage):
    """Declare an absence of someone whom one leads or manages."""

    form_class = AbsenceForm
    frame = MANAGE_FRAME
    title = _("Declare an absence")
    submit_label = _("Declare")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("People"), "accounts:people"), crumb(self.away.name, "accounts:person", self.away.pk)]

    @property
    def away(self) -> User:
        """Who is away."""
        person = seen(self.request, self.kwargs["pk"])
        if not permissions.may_declare_absence(signed_in(self.request), person):
            raise PermissionDenied
        return person

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": signed_in(self.request)}

    def act(self, form: AbsenceForm) -> str:
        person = self.away
        actions.declare_absence(person, by=signed_in(self.request), **form.cleaned_data)
        return person.get_absolute_url()


@require_POST
def cancel_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back."""
    user = signed_in(request)
    absence = get_object_or_404(Absence.objects.visible_to(user).select_related("user"), pk=pk)
    actions.cancel_absence(absence, by=user)
    messages.success(request, _("The absence is cancelled."))
    return redirect(absence.user)


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token of someone one manages."""
    user = signed_in(request)
    token = get_object_or_404(ApiToken.objects.visible_to(user).select_related("user"), pk=pk)
    actions.revoke_token(token, by=user)
    messages.success(request, _("“%(name)s” no longer opens the API.") % {"name": token.name})
    return redirect(token.user)
