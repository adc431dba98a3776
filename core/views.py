"""The four pages that lists, details and forms subclass, and the small acts of the shell itself."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, FormView, View

from core import drafts, merging, times
from core.exceptions import Refused, StaleVersion
from core.filters import names_asked
from core.forms import add_refusal
from core.tables import Table, changed

COUNT_LIMIT = 1000
VERSION_FIELD = "version"
_NO_SLUG = re.compile(r"[^A-Za-z0-9_]+")

Words = str | Promise


def visible(model: Any, user: Any) -> QuerySet[Any]:
    """The rows of a model that the person may see."""
    rows: QuerySet[Any] = model._default_manager.visible_to(user)
    return rows


@dataclass(frozen=True)
class Crumb:
    """One step of the way to a page."""

    label: Words
    address: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter in force and the address without it."""

    label: str
    value: str
    address: str


@dataclass(frozen=True)
class Action:
    """A button of a page's head."""

    label: Words
    address: str
    icon: str = ""
    primary: bool = False


@dataclass(frozen=True)
class Picker:
    """A filter as the panel shows it: an ordinary field, or several choices to tick."""

    field: forms.BoundField
    options: list[tuple[str, str, bool]]
    chosen: int

    @classmethod
    def of(cls, bound: forms.BoundField, values: Sequence[str]) -> Self:
        """The picker of a bound filter field with the values in force."""
        if not isinstance(bound.field.widget, forms.SelectMultiple):
            return cls(bound, [], 0)
        held = {part.strip() for value in values for part in value.split(",")}
        options = [(str(key), str(label), str(key) in held) for key, label in bound.field.choices]  # type: ignore[attr-defined]
        return cls(bound, options, sum(checked for _key, _label, checked in options))


class PageMixin:
    """What every page of ours says about itself.

    `frame` is the template it extends (default: the person's own), `verb` the right it asks for: 403 without
    it.
    """

    request: HttpRequest
    title: Words = ""
    sentence: Words = ""
    frame: str = ""
    verb: str = ""

    def get_title(self) -> Words:
        """The heading, and the name of the browser's tab."""
        return self.title

    def crumbs(self) -> Sequence[Crumb]:
        """The way to this page, without the page itself."""
        return ()

    def actions(self) -> Sequence[Action]:
        """The buttons of the head; at most one is primary."""
        return ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.verb and not request.user.has_perm(self.verb):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]

    def page_context(self) -> dict[str, Any]:
        """The variables that the heads of all pages read."""
        context: dict[str, Any] = {
            "title": self.get_title(),
            "sentence": self.sentence,
            "crumbs": self.crumbs(),
            "actions": self.actions(),
        }
        if self.frame:
            context["frame"] = self.frame
        return context


class ListPage(PageMixin, View):
    """A list: filters, chips, sorting, bounded count and pages, and its table as a partial that htmx swaps.

    Set `model` (with `visible_to` on its manager), `table_class`, and where wanted `filterset_class`. Pages
    end at
    `COUNT_LIMIT` rows: who looks further than that filters. `panel_fields` names the filters that are offered, all of
    them by default; the others still work by address.
    """

    model: type[Model]
    table_class: type[Table]
    filterset_class: type[django_filters.FilterSet] | None = None
    template_name = "generic/list.html"
    partial_name = "generic/list.html#table"
    page_size = 30
    default_sort = ""
    search_label: Words = _("Search")
    panel_fields: tuple[str, ...] = ()
    empty_title: Words = _("Nothing here yet")
    empty_text: Words = ""
    empty_icon = "inbox"

    def get_queryset(self) -> QuerySet[Any]:
        """The rows the person may see."""
        return visible(self.model, self.request.user)

    @cached_property
    def filterset(self) -> django_filters.FilterSet | None:
        """The filters over the rows, None where none is asked for: building their form is slow."""
        if self.filterset_class is None or not self.is_filtered:
            return None
        return self.filterset_class(self.request.GET, queryset=self.get_queryset(), request=self.request)

    @property
    def is_filtered(self) -> bool:
        """Whether the address names a filter, or asks for the panel of filters."""
        asked = names_asked(self.filterset_class, self.request.GET) if self.filterset_class else set()
        return bool(asked) or "filters" in self.request.GET

    @property
    def has_search(self) -> bool:
        """Whether the list has a search field."""
        return self.filterset_class is not None and "q" in self.filterset_class.base_filters

    @cached_property
    def matching(self) -> QuerySet[Any]:
        """The rows that match the filters;

        A filter that makes no sense is ignored and says so in its form.
        """
        return self.get_queryset() if self.filterset is None else self.filterset.qs

    @cached_property
    def sort(self) -> str:
        """The sort in force, as the address writes it: a column's name, with a minus for the reverse."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.removeprefix("-") in self.table_class.sortable() else self.default_sort

    def ordered(self) -> QuerySet[Any]:
        """The matching rows in their order, ties by key so that no row is on two pages."""
        if not self.sort:
            return self.matching
        field = self.table_class.sortable().get(self.sort.removeprefix("-"), self.sort.removeprefix("-"))
        sign = "-" if self.sort.startswith("-") else ""
        return self.matching.order_by(f"{sign}{field}", f"{sign}pk")

    @cached_property
    def number(self) -> int:
        """The page asked for, from 1; nonsense is page 1."""
        asked = self.request.GET.get("page", "1")
        last = COUNT_LIMIT // self.page_size + 1
        return min(max(int(asked), 1), last) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1

    @cached_property
    def rows(self) -> list[Any]:
        """The rows of the page, and one more where there is a next page."""
        start = (self.number - 1) * self.page_size
        return list(self.ordered()[start : start + self.page_size + 1])

    @property
    def count_limit(self) -> int:
        """How far the matching rows are counted."""
        return COUNT_LIMIT

    def countable(self) -> QuerySet[Any]:
        """The matching rows, in the order in which the first of them are counted fastest."""
        return self.matching.order_by()

    def count(self) -> str:
        """How many rows match, in words:

        "1,000+" beyond the limit. Asked of the database only where pages need it.
        """
        start = (self.number - 1) * self.page_size
        if len(self.rows) <= self.page_size and (self.rows or self.number == 1):
            return times.bounded(start + len(self.rows), self.count_limit)
        found = self.countable().values("pk")[: self.count_limit + 1].count()
        return times.bounded(found, self.count_limit)

    def table(self) -> Table:
        """The table of this page's rows."""
        return self.table_class(self.rows[: self.page_size], query=self.request.GET, sort=self.sort)

    def chips(self) -> list[Chip]:
        """The filters in force."""
        if self.filterset is None:
            return []
        form = self.filterset.form
        return list(chips_of(form, self.request.GET)) if form.is_valid() else []

    @property
    def has_panel(self) -> bool:
        """Whether there are filters besides the search field."""
        return self.filterset_class is not None and any(
            name != "q" for name in self.filterset_class.base_filters
        )

    def panel(self) -> Iterator[Picker]:
        """The filters besides the search field, as the panel shows them."""
        if self.filterset is None:
            return
        form = self.filterset.form
        for name in self.panel_fields or form.fields:
            if name in form.fields and name != "q":
                yield Picker.of(form[name], self.request.GET.getlist(name))

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The filters in force as hidden fields of the search, so that searching keeps them."""
        own = {"q", "page", "sort", "filters"}
        return [
            (name, value) for name, values in self.request.GET.lists() if name not in own for value in values
        ]

    def is_empty_set(self) -> bool:
        """Whether there is nothing at all, as against nothing that matches."""
        return not self.rows and self.number == 1 and not self.chips()

    def get_context(self) -> dict[str, Any]:
        """The variables of the page and of its partial."""
        query = self.request.GET
        last = COUNT_LIMIT // self.page_size
        more = len(self.rows) > self.page_size
        return {
            **self.page_context(),
            "list": self,
            "table": self.table(),
            "filter": self.filterset,
            "filters_open": "filters" in query,
            "filters_address": changed(query, filters=None if "filters" in query else "1"),
            "q": query.get("q", ""),
            "kept": [(name, value) for name in ("sort",) if (value := query.get(name))],
            "chips": self.chips(),
            "clear_address": self.request.path,
            "count": self.count(),
            "number": self.number,
            "previous_address": changed(query, page=str(self.number - 1)) if self.number > 1 else "",
            "next_address": changed(query, page=str(self.number + 1)) if more and self.number <= last else "",
            "is_cut": more and self.number > last,
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or its table alone for htmx."""
        partial = bool(getattr(request, "htmx", False)) and not request.htmx.boosted  # type: ignore[attr-defined]
        response = render(request, self.partial_name if partial else self.template_name, self.get_context())
        response["Vary"] = "HX-Request"
        return response


def chips_of(form: forms.BaseForm, query: QueryDict) -> Iterable[Chip]:
    """The values of a filter form as chips, one per value of a field with several."""
    for name, value in form.cleaned_data.items():
        field = form.fields[name]
        values = list(value) if isinstance(value, list | tuple | QuerySet) else [value]
        for single in values:
            if single in (None, ""):
                continue
            yield Chip(str(field.label or name), _chip_value(field, single), _without(query, name, single))


def _chip_value(field: forms.Field, value: Any) -> str:
    """The word a person knows a filter value by."""
    choices = getattr(field, "choices", None)
    if isinstance(value, datetime):
        return times.short(value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, Model) or choices is None:
        return str(value)
    return next((str(label) for key, label in choices if str(key) == str(value)), str(value))


def _without(query: QueryDict, name: str, value: Any) -> str:
    """The query string without one value of one filter, on its first page."""
    copy = query.copy()
    key = str(value.pk if isinstance(value, Model) else value)
    kept = [each for each in copy.getlist(name) if each != key]
    if len(kept) == len(copy.getlist(name)):
        kept = []
    copy.setlist(name, kept)
    copy.pop("page", None)
    return f"?{copy.urlencode()}"


class DetailPage(PageMixin, DetailView):  # type: ignore[type-arg]
    """One row at its own address;

    A row the person may not see is 404. The template fills `generic/detail.html`.
    """

    template_name = "generic/detail.html"

    def get_queryset(self) -> QuerySet[Any]:
        return visible(self.model, self.request.user)

    def get_title(self) -> Words:
        return self.title or str(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **self.page_context()}


class FormPage(PageMixin, FormView):  # type: ignore[type-arg]
    """A form whose submit calls an action function.

    `act(form)` calls the action and returns the address to go to. What the action refuses is shown beside the field it
    names; what was typed stays. What is being typed is kept on the server, by the address of the form, until it is
    sent; `keeps_draft` is false for a form that is not to be kept.
    """

    template_name = "generic/form.html"
    submit_label: Words = _("Save")
    success_message: Words = ""
    cancel_address: str = ""
    keeps_draft = True

    def act(self, form: Any) -> str:
        """Call the action; returns the address that follows."""
        raise NotImplementedError

    @property
    def draft_key(self) -> str:
        """Under which key what is being typed is kept, empty for nothing."""
        if not (self.keeps_draft and self.request.user.is_authenticated):
            return ""
        return f"form{_NO_SLUG.sub('-', self.request.path)}".strip("-")[:200]

    def get_cancel_address(self) -> str:
        """Where the cancel link leads."""
        crumbs = self.crumbs()
        return self.cancel_address or (crumbs[-1].address if crumbs else "")

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        try:
            address = self.act(form)
        except StaleVersion as stale:
            return self.conflict(form, stale)
        except Refused as refused:
            add_refusal(form, refused)
            return self.form_invalid(form)
        drafts.clear(self.request)
        if self.success_message:
            messages.success(self.request, str(self.success_message))
        return HttpResponseRedirect(address)

    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def conflict(self, form: forms.BaseForm, stale: StaleVersion) -> HttpResponse:
        """409:

        The row changed meanwhile. What was typed stays, and a second save is over the newer version.
        """
        return self.render_to_response(self.get_context_data(form=form, conflict=str(stale)), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        return {
            **context,
            **self.page_context(),
            "submit_label": self.submit_label,
            "cancel_address": self.get_cancel_address(),
            "is_multipart": form.is_multipart(),
            "draft": self.draft_key,
        }


class CreatePage(FormPage):
    """A form that makes a row. The query string may prefill it (`?service=3`)."""

    submit_label = _("Create")

    def get_initial(self) -> dict[str, Any]:
        prefill = {name: value for name, value in self.request.GET.items() if "\x00" not in value}
        return {**super().get_initial(), **prefill}


class UpdatePage(FormPage):
    """A form that changes a row fetched through `visible_to`; `object_verb` is asked on that very row.

    Where the model counts versions, the form carries the one it was made from, with the values it had, and the
    action is given it. `merges` is false for an act that must not be tried again over a newer version by itself.
    """

    model: type[Model]
    object_verb: str = ""
    merges = True
    slug_field: ClassVar[str] = "pk"

    def get_queryset(self) -> QuerySet[Any]:
        """The rows the person may see."""
        return visible(self.model, self.request.user)

    @cached_property
    def object(self) -> Any:
        """The row: 404 unseen, 403 where the person may not change it."""
        found = self.get_queryset().filter(**{self.slug_field: self.kwargs[self.slug_field]}).first()
        if found is None:
            raise Http404
        if self.object_verb and not self.request.user.has_perm(self.object_verb, found):
            raise PermissionDenied
        return found

    def get_title(self) -> Words:
        return self.title or str(self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if issubclass(self.get_form_class(), forms.ModelForm):
            kwargs["instance"] = self.object
        return kwargs

    @property
    def sent_version(self) -> int | None:
        """The version the person's form was made from, None where it was not sent."""
        sent = self.request.POST.get(VERSION_FIELD, "")
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form sent, with the other side's values where the person chose them."""
        request.POST = merging.chosen(request.POST)  # type: ignore[assignment]
        return super().post(request, *args, **kwargs)

    def conflict(self, form: forms.BaseForm, stale: StaleVersion) -> HttpResponse:
        """409 with both sides, field by field; what only the other side changed is taken over.

        Where nothing of what the form shows has changed, the act is tried again over the newer version.
        """
        self.__dict__.pop("object", None)
        fresh = self._fresh_form()
        theirs, before = (
            merging.shown_values(fresh),
            merging.unpack(self.request.POST.get(merging.BEFORE, "")),
        )
        found = merging.differences(form, before=before, theirs=theirs)
        version = getattr(self.object, VERSION_FIELD, None)
        if self.merges and before is not None and not found and version != self.sent_version:
            self._send_again(version)
            return self.form_valid(form)
        merged = merging.taken_over(self.request.POST, found, theirs)
        self.request.POST = merged  # type: ignore[assignment]
        context = self.get_context_data(
            form=self.get_form(), conflict=str(stale), differences=found, version=version,
            before=merging.pack(theirs), theirs=merging.pack(theirs),
        )  # fmt: skip
        return self.render_to_response(context, status=409)

    def _fresh_form(self) -> forms.BaseForm:
        """The form as a page opened now would show it."""
        made = {
            name: value for name, value in self.get_form_kwargs().items() if name not in ("data", "files")
        }
        form: forms.BaseForm = self.get_form_class()(**made)
        return form

    def _send_again(self, version: int | None) -> None:
        copy = self.request.POST.copy()
        copy[VERSION_FIELD] = str(version)
        self.request.POST = copy  # type: ignore[assignment]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        version = getattr(self.object, VERSION_FIELD, None)
        if version is None or VERSION_FIELD in kwargs:
            return {VERSION_FIELD: version, **context}
        if self.sent_version is not None:  # refused: the form is still the one that was made then
            return {
                **context,
                VERSION_FIELD: self.sent_version,
                "before": self.request.POST.get(merging.BEFORE, ""),
            }
        return {
            **context,
            VERSION_FIELD: version,
            "before": merging.pack(merging.shown_values(context["form"])),
        }


def refused_message(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Run an act of a plain button; a refusal becomes a message. Returns whether it went through."""
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
        return False
    return True
