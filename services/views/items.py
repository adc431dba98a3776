"""The pages of items."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from audit.actions import record
from core.text import sort_name
from core.views import Action, CreatePage, Crumb, DetailPage, FormPage, ListPage, UpdatePage, refused_message
from services import graph, labels
from services.actions.items import EDIT, create_item, edit_item, retire_item
from services.actions.relations import may_relate, relate, unrelate
from services.attributes import attributes_of, facts_of
from services.choices import RelationType
from services.exporting import written_out
from services.filters import ItemFilter
from services.history import history
from services.item_forms import ItemForm, RelationForm
from services.models import Item, ItemType, Relation, Service, Thing
from services.tables import ItemTable, item_status
from services.views.common import VIEW, crumb, panels_of, person

# Rows of a list, of an export, of a sheet of labels.
NEAREST, EXPORTED, LABELS, FOUND = 12, 50_000, 200, 12


class ItemList(ListPage):
    """All items one may see."""

    model = Item
    table_class = ItemTable
    filterset_class = ItemFilter
    template_name = "services/items.html"
    title = gettext_lazy("Items")
    sentence = gettext_lazy(
        "Computers, servers, applications, licences: what services stand on and people work with."
    )
    default_sort = "name"
    search_label = gettext_lazy("Search by name, code or serial number")
    empty_title = gettext_lazy("No item yet")
    empty_text = gettext_lazy("Add the first, or import what you have in a spreadsheet.")
    empty_icon = "server"

    def get_queryset(self) -> QuerySet[Item]:
        rows: QuerySet[Item] = Item.objects.visible_to(person(self.request)).for_lists()
        return rows.defer("note", "attributes", "service__description", "service__documentation_url")

    def actions(self) -> list[Action]:
        if not self.request.user.has_perm(VIEW):
            return []
        query = self.request.GET.urlencode()
        acts = [Action(_("Export"), f"{reverse('services:item_export')}?{query}", "download")]
        if self.request.user.has_perm(EDIT):
            acts += [
                Action(_("Import"), reverse("services:item_imports"), "upload"),
                Action(_("New item"), reverse("services:new_item"), "plus", primary=True),
            ]
        return acts


def item_of(request: HttpRequest, code: str) -> Item:
    """The item of that code, 404 where it is not visible."""
    rows = Item.objects.visible_to(person(request)).select_related(
        "item_type", "entity", "service", "place", "owner", "user", "supplier"
    )
    return get_object_or_404(rows, code__iexact=code)


def relations_of(user: User, thing: Thing) -> list[dict[str, Any]]:
    """The relations of a service or item with what the person may see, each read from its side."""
    end = {"service": thing.pk} if isinstance(thing, Service) else {"item": thing.pk}
    rows = Relation.objects.visible_to(user).with_ends()
    here = rows.filter(**{f"source__{name}": key for name, key in end.items()})
    there = rows.filter(**{f"target__{name}": key for name, key in end.items()})
    found: list[dict[str, Any]] = [
        {
            "row": row,
            "node": row.source_id,
            "label": row.get_relation_type_display(),
            "other": row.target.thing,
        }
        for row in here.order_by("relation_type", "pk")
    ]
    found += [
        {
            "row": row,
            "label": RelationType(row.relation_type).inverse,
            "node": row.target_id,
            "other": row.source.thing,
        }
        for row in there.order_by("relation_type", "pk")
    ]
    return found


class ItemPage(DetailPage):
    """One item: what it is, who has it, what stands on it, and what happened to it."""

    model = Item
    template_name = "services/item.html"

    def get_object(self, queryset: Any = None) -> Item:
        return item_of(self.request, self.kwargs["code"])

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Items"), "services:items")]

    def actions(self) -> list[Action]:
        code = self.object.code
        acts = [Action(_("Label"), f"{reverse('services:labels')}?code={code}", "tag")]
        if self.request.user.has_perm(EDIT, self.object):
            acts.append(Action(_("Edit"), reverse("services:edit_item", args=[code]), "pencil"))
        return acts

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, item = person(self.request), self.object
        works_with_items = user.has_perm(VIEW, item)
        return {
            **super().get_context_data(**kwargs),
            "item": item,
            "status": item_status(item),
            "facts": facts_of(item, attributes_of(item.item_type)),
            "relations": relations_of(user, item),
            "breaks": graph.dependents(user, item) if works_with_items else None,
            "nearest": NEAREST,
            "panels": panels_of(item, user),
            "history": history(user, [item], limit=15) if works_with_items else [],
            "may_edit": user.has_perm(EDIT, item),
            "warranty_over": bool(item.warranty_until and item.warranty_until < timezone.localdate()),
            "today": timezone.localdate(),
        }


class ChooseType(ListPage):
    """The first step of a new item: what it is."""

    model = ItemType
    table_class = ItemTable
    template_name = "services/choose_type.html"
    verb = EDIT
    title = gettext_lazy("New item")
    sentence = gettext_lazy("What is it? Each type asks for what is worth knowing of it.")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        types = ItemType.objects.visible_to(request.user).filter(is_active=True)
        return render(request, self.template_name, {**self.page_context(), "types": types})

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Items"), "services:items")]


class NewItem(CreatePage):
    """Add an item of one type."""

    form_class = ItemForm
    template_name = "services/item_form.html"
    verb = EDIT
    success_message = gettext_lazy("The item is in the catalogue.")

    @cached_property
    def item_type(self) -> ItemType:
        """The type of the address."""
        types: QuerySet[ItemType] = ItemType.objects.visible_to(person(self.request))
        return get_object_or_404(types, slug=self.kwargs["slug"])

    def get_title(self) -> Any:
        return _("New item: %(type)s") % {"type": self.item_type}

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Items"), "services:items"), crumb(_("New item"), "services:new_item")]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": person(self.request), "item_type": self.item_type}

    def act(self, form: ItemForm) -> str:
        item = create_item(**form.values, item_type=self.item_type, by=person(self.request))
        return item.get_absolute_url()


class ItemAct(UpdatePage):
    """A form about one item."""

    model = Item
    object_verb = EDIT

    @cached_property
    def object(self) -> Item:
        """The item: 404 unseen, 403 where it is not the person's to change."""
        item = item_of(self.request, self.kwargs["code"])
        if self.object_verb and not self.request.user.has_perm(self.object_verb, item):
            raise PermissionDenied
        return item

    def crumbs(self) -> list[Crumb]:
        return [crumb(_("Items"), "services:items"), Crumb(str(self.object), self.object.get_absolute_url())]


class EditItem(ItemAct):
    """Change an item."""

    form_class = ItemForm
    template_name = "services/item_form.html"
    success_message = gettext_lazy("Saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": person(self.request), "item_type": self.object.item_type}

    def act(self, form: ItemForm) -> str:
        item = edit_item(self.object, form.values, version=self.sent_version, by=person(self.request))
        return item.get_absolute_url()


@require_POST
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Take an item out of use."""
    item = item_of(request, code)
    if refused_message(request, lambda: retire_item(item, by=person(request))):
        messages.success(request, _("“%(name)s” is retired. Its history stays.") % {"name": item.name})
    return redirect(item.get_absolute_url())


class RelatePage(FormPage):
    """Relate a service or an item with another one."""

    form_class = RelationForm
    title = gettext_lazy("Add a relation")
    submit_label = gettext_lazy("Add")
    success_message = gettext_lazy("The relation is there.")

    @cached_property
    def thing(self) -> Thing:
        """The service or item of the address: 404 unseen, 403 where it is not the person's to change."""
        user = person(self.request)
        if "code" in self.kwargs:
            found: Thing = item_of(self.request, self.kwargs["code"])
        else:
            found = get_object_or_404(Service.objects.visible_to(user), pk=self.kwargs["pk"])
        if not may_relate(user, found):
            raise PermissionDenied
        return found

    def crumbs(self) -> list[Crumb]:
        return [Crumb(str(self.thing), self.thing.get_absolute_url())]

    def get_form_kwargs(self) -> dict[str, Any]:
        # Asked first, so that who may not is told before anything else.
        assert self.thing  # noqa: S101
        return {**super().get_form_kwargs(), "user": person(self.request)}

    def act(self, form: Any) -> str:
        kind, other = form.cleaned_data["relation"], form.cleaned_data["other"]
        source, target = (other, self.thing) if kind.startswith("-") else (self.thing, other)
        relate(source, target, kind.removeprefix("-"), by=person(self.request))
        return self.thing.get_absolute_url()


@require_POST
def remove_relation(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a relation away, and go back to the end one came from."""
    relation = get_object_or_404(Relation.objects.visible_to(person(request)).with_ends(), pk=pk)
    unrelate(relation, by=person(request))
    ends = {str(end.pk): end.thing for end in (relation.source, relation.target)}
    return redirect(ends.get(request.POST.get("node", ""), relation.source.thing).get_absolute_url())


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The items of the list as CSV, which the import reads again."""
    user = person(request)
    if not user.has_perm(VIEW):
        raise PermissionDenied
    seen = Item.objects.visible_to(user).for_lists().select_related("owner", "supplier")
    rows = ItemFilter(request.GET, queryset=seen, request=request).qs
    items = list(rows.order_by("sort_name", "pk")[:EXPORTED])
    record(
        "services.item.exported", by=user, data={"count": len(items), "filter": request.GET.urlencode()[:500]}
    )
    separator = ";" if translation.get_language() == "fr" else ","
    response = StreamingHttpResponse(
        written_out(items, separator=separator), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="items-{timezone.localdate().isoformat()}.csv"'
    return response


@require_safe
def label_sheet(request: HttpRequest) -> HttpResponse:
    """Labels to print: of the codes given, or of what the list shows."""
    user = person(request)
    codes = [code for code in request.GET.getlist("code") if code][:LABELS]
    seen = Item.objects.visible_to(user)
    rows: QuerySet[Item] = ItemFilter(request.GET, queryset=seen, request=request).qs
    if codes:
        rows = seen.filter(code__in=codes)
    items = list(rows.select_related("item_type", "entity").order_by("code")[:LABELS])
    if codes and not items:
        raise Http404
    sheet = [{"item": item, "code": labels.drawn(item)} for item in items]
    return render(request, "services/labels.html", {"title": _("Labels"), "labels": sheet})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What completes the end of a field of codes: items, and services where either may be named."""
    user, name = person(request), request.GET.get("field", "")
    typed = request.GET.get(name, "").replace("\x00", "")[-400:]
    before, _mark, last = typed.rpartition(",")
    words = last.strip()
    options: list[dict[str, str]] = []
    if len(words) > 1:
        options = _found(user, words, services=request.GET.get("of") == "things")
    kept = f"{before.strip()}, " if before else ""
    return render(request, "services/code_options.html", {"options": options, "kept": kept})


def _found(user: User, words: str, *, services: bool) -> list[dict[str, str]]:
    items = ItemFilter().search(Item.objects.visible_to(user).present(), "q", words)
    rows = items.select_related("item_type", "place").order_by("sort_name", "pk")[:FOUND]
    found = [
        {"value": item.code, "label": item.name, "detail": str(item.place or item.item_type)} for item in rows
    ]
    if services:
        named = Service.objects.visible_to(user).filter(sort_name__contains=sort_name(words))[:FOUND]
        found += [{"value": service.code, "label": service.name, "detail": _("Service")} for service in named]
    return found
