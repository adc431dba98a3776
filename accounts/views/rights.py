"""Roles and grants in the administration."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions, verbs
from accounts.forms import GrantForm, RoleForm
from accounts.models import Grant, Role, User
from accounts.views.common import MANAGE_FRAME, crumb, signed_in
from accounts.views.people import GRANT, VIEW, PersonFormMixin
from core.views import Action, CreatePage, Crumb, DetailPage, UpdatePage, refused_message

MANAGE = "accounts.manage_roles"


def may_change_roles(user: User) -> bool:
    """A role counts in every entity, so it takes the right to change roles in every entity."""
    return user.access.everywhere(MANAGE)


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Every right by role."""
    user = signed_in(request)
    if not user.has_perm(VIEW):
        raise PermissionDenied
    roles = list(Role.objects.visible_to(user).order_by("pk"))
    new = Action(_("New role"), reverse("accounts:create_role"), "plus", primary=True)
    return render(
        request,
        "accounts/roles.html",
        {
            "frame": MANAGE_FRAME,
            "title": _("Roles"),
            "sentence": _("A role is a set of rights. It is granted to people and teams, per entity."),
            "actions": [new] if may_change_roles(user) else [],
            "roles": roles,
            "groups": [
                (
                    verbs.group_label(group),
                    [(verb, [verb.name in r.verbs for r in roles]) for verb in members],
                )
                for group, members in verbs.by_group().items()
            ],
        },
    )


class RolePage(DetailPage):
    """One role: its rights and who holds it."""

    model = Role
    frame = MANAGE_FRAME
    template_name = "accounts/role.html"
    verb = VIEW

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Roles"), "accounts:roles")]

    def actions(self) -> list[Action]:
        user, key = signed_in(self.request), self.object.pk
        shown = []
        if may_change_roles(user):
            shown.append(Action(_("Edit"), reverse("accounts:edit_role", args=[key]), "pencil"))
        if user.has_perm(GRANT):
            shown.append(Action(_("Grant"), f"{reverse('accounts:create_grant')}?role={key}", "user-plus"))
        return shown

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, role = signed_in(self.request), self.object
        grants = Grant.objects.visible_to(user).filter(role=role)
        return {
            **super().get_context_data(**kwargs),
            "role": role,
            "sentence": role.sentence,
            "groups": [
                (verbs.group_label(group), held)
                for group, members in verbs.by_group().items()
                if (held := [verb for verb in members if verb.name in role.verbs])
            ],
            "grants": grants.select_related("role", "entity", "granted_by", "user", "team")[:200],
            "may_delete": may_change_roles(user) and not role.grants.exists(),
            "may_grant": user.has_perm(GRANT),
        }


class NewRole(CreatePage):
    """Create a role."""

    form_class = RoleForm
    frame = MANAGE_FRAME
    verb = MANAGE
    title = _("New role")
    submit_label = _("Create role")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Roles"), "accounts:roles")]

    def act(self, form: RoleForm) -> str:
        chosen = form.cleaned_data
        role = actions.create_role(
            name=chosen["name"],
            description=chosen["description"],
            granted=form.granted,
            by=signed_in(self.request),
        )
        return role.get_absolute_url()


class EditRole(UpdatePage):
    """Change a role."""

    model = Role
    form_class = RoleForm
    frame = MANAGE_FRAME
    verb = MANAGE
    success_message = _("The changes are saved and count at once.")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Roles"), "accounts:roles"), crumb(str(self.object), "accounts:role", self.object.pk)]

    def get_title(self) -> Any:
        return _("Edit")

    def get_initial(self) -> dict[str, Any]:
        return RoleForm.initial_of(self.object)

    def act(self, form: RoleForm) -> str:
        chosen, role = form.cleaned_data, self.object
        # A name that came with the portal is stored in English and shown translated: left alone, it stays so.
        name = role.name if chosen["name"] == role.title else chosen["name"]
        description = role.description if chosen["description"] == role.sentence else chosen["description"]
        by = signed_in(self.request)
        actions.edit_role(role, name=name, description=description, granted=form.granted, by=by)
        return str(role.get_absolute_url())


@require_POST
def delete_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a role that nobody holds."""
    user = signed_in(request)
    role = get_object_or_404(Role.objects.visible_to(user), pk=pk)
    if not refused_message(request, lambda: actions.delete_role(role, by=user)):
        return redirect(role)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": role.title})
    return redirect("accounts:roles")


class NewGrant(PersonFormMixin, CreatePage):
    """Give a role to a person or a team."""

    form_class = GrantForm
    verb = GRANT
    title = _("Grant a role")
    sentence = _("You can give the rights that you hold yourself in that entity.")
    submit_label = _("Grant")
    success_message = _("The role is granted and counts at once.")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Roles"), "accounts:roles")]

    def act(self, form: GrantForm) -> str:
        chosen = form.cleaned_data
        holder = chosen["person"] or chosen["team"]
        actions.grant_role(
            holder,
            chosen["role"],
            chosen["entity"],
            with_descendants=chosen["with_descendants"],
            by=signed_in(self.request),
        )
        return str(holder.get_absolute_url())


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a grant away."""
    user = signed_in(request)
    rows = Grant.objects.visible_to(user).select_related("user", "team", "role", "entity")
    grant = get_object_or_404(rows, pk=pk)
    holder = grant.holder
    if refused_message(request, lambda: actions.revoke_grant(grant, by=user)):
        messages.success(
            request,
            _("%(role)s in %(entity)s is revoked.") % {"role": grant.role.title, "entity": grant.entity},
        )
    return redirect(holder or "accounts:people")
