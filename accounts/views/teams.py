"""Teams in the administration."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import actions
from accounts.filters import TeamFilter
from accounts.forms import MemberForm, TeamForm
from accounts.models import Grant, Membership, Team, User
from accounts.tables import TeamTable
from accounts.views.common import MANAGE_FRAME, crumb, signed_in
from accounts.views.people import GRANT, VIEW, PersonFormMixin
from core.views import Action, CreatePage, Crumb, DetailPage, ListPage, UpdatePage, refused_message

MANAGE = "accounts.manage_teams"


def seen(request: HttpRequest, pk: int) -> Team:
    """The team, 404 where the one who asks may not see it."""
    return get_object_or_404(Team.objects.visible_to(signed_in(request)), pk=pk)


def set_membership(team: Team, person: User, *, is_lead: bool | None, by: User) -> None:
    """Put a person in the team as lead or not, or out of it where `is_lead` is None."""
    present = {row.user_id: row for row in team.memberships.select_related("user")}
    others = [row for key, row in present.items() if key != person.pk]
    members = [row.user for row in others] + ([] if is_lead is None else [person])
    leads = [row.user for row in others if row.is_lead] + ([person] if is_lead else [])
    actions.set_members(team, members, leads=leads, by=by)


class TeamList(ListPage):
    """Teams."""

    model = Team
    table_class = TeamTable
    filterset_class = TeamFilter
    frame = MANAGE_FRAME
    verb = VIEW
    title = _("Teams")
    sentence = _("Who works on tickets, on which level. A ticket is always with one team.")
    default_sort = "level"
    search_label = _("Search teams")
    empty_title = _("No team yet")
    empty_text = _("Create the service desk first, then the levels behind it.")
    empty_icon = "users-group"

    def get_queryset(self) -> QuerySet[Team]:
        leads = Membership.objects.filter(is_lead=True).select_related("user")
        rows: QuerySet[Team] = (
            super().get_queryset().select_related("entity").annotate(size=Count("memberships"))
        )
        return rows.prefetch_related(Prefetch("memberships", leads, "leads"))

    def actions(self) -> list[Action]:
        if not self.request.user.has_perm(MANAGE):
            return []
        return [Action(_("New team"), reverse("accounts:create_team"), "plus", primary=True)]


class TeamPage(DetailPage):
    """One team: its members and what it may do."""

    model = Team
    frame = MANAGE_FRAME
    template_name = "accounts/team.html"
    verb = VIEW

    def get_queryset(self) -> QuerySet[Team]:
        return super().get_queryset().select_related("entity", "calendar")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Teams"), "accounts:teams")]

    def actions(self) -> list[Action]:
        if not self.request.user.has_perm(MANAGE, self.object):
            return []
        key = self.object.pk
        return [
            Action(_("Edit"), reverse("accounts:edit_team", args=[key]), "pencil"),
            Action(_("Add a member"), reverse("accounts:add_member", args=[key]), "user-plus", primary=True),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, team = signed_in(self.request), self.object
        members = team.memberships.select_related("user").order_by("-is_lead", "user__sort_name")
        grants = Grant.objects.visible_to(user).filter(team=team)
        return {
            **super().get_context_data(**kwargs),
            "team": team,
            "facts": [
                (_("Level"), team.get_level_display()),
                (_("Entity"), team.entity),
                (_("Calendar"), team.calendar),
                (_("E-mail"), team.email),
            ],
            "grant_address": f"{reverse('accounts:create_grant')}?team={team.pk}&entity={team.entity_id}",
            "members": members,
            "grants": grants.select_related("role", "entity", "granted_by", "user", "team"),
            "may_manage": user.has_perm(MANAGE, team),
            "may_grant": user.has_perm(GRANT),
        }


class NewTeam(PersonFormMixin, CreatePage):
    """Create a team."""

    form_class = TeamForm
    verb = MANAGE
    title = _("New team")
    submit_label = _("Create team")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Teams"), "accounts:teams")]

    def act(self, form: TeamForm) -> str:
        return actions.create_team(by=signed_in(self.request), **form.cleaned_data).get_absolute_url()


class EditTeam(PersonFormMixin, UpdatePage):
    """Change a team."""

    model = Team
    form_class = TeamForm
    object_verb = MANAGE
    success_message = _("The changes are saved.")

    def crumbs(self) -> list[Crumb]:
        return [
            crumb(_("Teams"), "accounts:teams"),
            crumb(self.object.name, "accounts:team", self.object.pk),
        ]

    def get_title(self) -> Any:
        return _("Edit")

    def act(self, form: TeamForm) -> str:
        by = signed_in(self.request)
        return actions.edit_team(self.object, form.cleaned_data, by=by).get_absolute_url()


class AddMember(PersonFormMixin, UpdatePage):
    """Put someone in a team."""

    model = Team
    form_class = MemberForm
    object_verb = MANAGE
    submit_label = _("Add")

    def get_title(self) -> Any:
        return _("Add a member")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Teams"), "accounts:teams"), crumb(self.object.name, "accounts:team", self.object.pk)]

    def act(self, form: MemberForm) -> str:
        chosen = form.cleaned_data
        by = signed_in(self.request)
        set_membership(self.object, chosen["person"], is_lead=chosen["is_lead"], by=by)
        return str(self.object.get_absolute_url())


@require_POST
def change_member(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    """Make a member lead or not (`to=lead|member`), or take them out (`to=out`)."""
    team = seen(request, pk)
    member = get_object_or_404(team.memberships.select_related("user"), user_id=user_pk)
    is_lead = {"lead": True, "member": False}.get(request.POST.get("to", ""))
    by = signed_in(request)
    if refused_message(request, lambda: set_membership(team, member.user, is_lead=is_lead, by=by)):
        messages.success(request, _("The team is changed."))
    return redirect(team)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a team that never worked."""
    team = seen(request, pk)
    if not refused_message(request, lambda: actions.delete_team(team, by=signed_in(request))):
        return redirect(team)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": team.name})
    return redirect("accounts:teams")
