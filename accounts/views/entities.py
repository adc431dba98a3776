"""The tree of entities in the administration."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.forms import EntityForm
from accounts.models import Entity, Grant, User
from accounts.views.common import MANAGE_FRAME, crumb, signed_in
from accounts.views.people import GRANT, VIEW, PersonFormMixin
from core.views import Action, CreatePage, Crumb, DetailPage, UpdatePage, refused_message

MANAGE = "accounts.manage_entities"


@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """The entities one may see, as the tree they form."""
    user = signed_in(request)
    if not user.has_perm(VIEW):
        raise PermissionDenied
    rows = list(Entity.objects.visible_to(user).with_counts().in_tree_order())
    may_create = user.has_perm(MANAGE)
    new = Action(_("New entity"), reverse("accounts:create_entity"), "plus", primary=True)
    return render(
        request,
        "accounts/entities.html",
        {
            "frame": MANAGE_FRAME,
            "title": _("Entities"),
            "sentence": _("The parts of the organisation. Rights granted on one reach everything below it."),
            "actions": [new] if may_create else [],
            "nodes": nested(rows),
        },
    )


def nested(rows: list[Entity]) -> list[dict[str, Any]]:
    """The rows as nodes with children; one whose parent is not among them stands at the top."""
    nodes: dict[int, dict[str, Any]] = {row.pk: {"entity": row, "children": []} for row in rows}
    tops: list[dict[str, Any]] = []
    for row in rows:
        siblings = nodes[row.parent_id]["children"] if row.parent_id in nodes else tops
        siblings.append(nodes[row.pk])
    return tops


class EntityPage(DetailPage):
    """One entity: what it holds and who has rights on it."""

    model = Entity
    frame = MANAGE_FRAME
    template_name = "accounts/entity.html"
    verb = VIEW

    def crumbs(self) -> list[Crumb]:
        seen = Entity.objects.visible_to(signed_in(self.request)).filter(pk__in=self.object.path)
        above = [row for row in seen.in_tree_order() if row.pk != self.object.pk]
        way = [crumb(row.name, "accounts:entity", row.pk) for row in above]
        return [crumb(_("Entities"), "accounts:entities"), *way]

    def actions(self) -> list[Action]:
        if not self.request.user.has_perm(MANAGE, self.object):
            return []
        below = f"{reverse('accounts:create_entity')}?parent={self.object.pk}"
        return [
            Action(_("Edit"), reverse("accounts:edit_entity", args=[self.object.pk]), "pencil"),
            Action(_("New entity below"), below, "plus"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, entity = signed_in(self.request), self.object
        grants = Grant.objects.visible_to(user).filter(entity=entity)
        above = Grant.objects.visible_to(user).filter(entity__in=entity.path[:-1], with_descendants=True)
        related = ("role", "entity", "granted_by", "user", "team")
        return {
            **super().get_context_data(**kwargs),
            "entity": entity,
            "facts": [
                (_("Kind"), entity.get_kind_display()),
                (_("Code"), entity.code),
                (_("People"), User.objects.visible_to(user).active().filter(entity=entity).count()),
            ],
            "grant_address": f"{reverse('accounts:create_grant')}?entity={entity.pk}",
            "children": Entity.objects.visible_to(user).filter(parent=entity).order_by("sort_name"),
            "teams": entity.teams.order_by("level", "sort_name"),
            "grants": grants.select_related(*related),
            "inherited": above.select_related(*related),
            "may_manage": user.has_perm(MANAGE, entity),
            "may_grant": user.has_perm(GRANT, entity),
        }


class NewEntity(PersonFormMixin, CreatePage):
    """Create an entity."""

    form_class = EntityForm
    verb = MANAGE
    title = _("New entity")
    submit_label = _("Create entity")

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Entities"), "accounts:entities")]

    def act(self, form: EntityForm) -> str:
        return actions.create_entity(by=signed_in(self.request), **form.cleaned_data).get_absolute_url()


class EditEntity(PersonFormMixin, UpdatePage):
    """Rename an entity or hang it elsewhere."""

    model = Entity
    form_class = EntityForm
    object_verb = MANAGE
    success_message = _("The changes are saved.")

    def crumbs(self) -> list[Crumb]:
        return [
            crumb(_("Entities"), "accounts:entities"),
            crumb(self.object.name, "accounts:entity", self.object.pk),
        ]

    def get_title(self) -> Any:
        return _("Edit")

    def get_initial(self) -> dict[str, Any]:
        entity = self.object
        return {"name": entity.name, "code": entity.code, "kind": entity.kind, "parent": entity.parent_id}

    def get_form(self, form_class: Any = None) -> EntityForm:
        form: EntityForm = super().get_form(form_class)
        parents: Any = form.fields["parent"]
        # Its present place stays on offer, even where one could not choose it anew.
        parents.queryset = (parents.queryset | Entity.objects.filter(pk=self.object.parent_id)).exclude(
            path__contains=[self.object.pk]
        )
        return form

    @transaction.atomic
    def act(self, form: EntityForm) -> str:
        by, changes = signed_in(self.request), dict(form.cleaned_data)
        parent = changes.pop("parent")
        if (parent.pk if parent else None) != self.object.parent_id:
            actions.move_entity(self.object, parent, by=by)
        return actions.edit_entity(self.object, changes, by=by).get_absolute_url()


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an entity that holds nothing."""
    user = signed_in(request)
    entity = get_object_or_404(Entity.objects.visible_to(user), pk=pk)
    if not refused_message(request, lambda: actions.delete_entity(entity, by=user)):
        return redirect(entity)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": entity.name})
    return redirect("accounts:entities")
