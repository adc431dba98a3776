"""The pages of the catalogue, and those where it is set up."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import User
from calendars.arithmetic import NeverOpen, is_open, next_open
from core.views import Action, CreatePage, Crumb, DetailPage, ListPage, UpdatePage, refused_message
from services import actions, graph
from services.actions.relations import may_relate
from services.filters import CategoryFilter, ServiceFilter
from services.forms import CategoryForm, ServiceForm
from services.history import history
from services.models import Category, Service
from services.tables import CategoryTable, ManagedServiceTable, ServiceTable
from services.views.common import MANAGE_FRAME, VIEW, panels_of, person
from services.views.items import relations_of

# Levels below a service whose changes concern it, things told of, and those whose history is read.
NEAR, SHOWN, HISTORY_OF = 4, 12, 200


class Catalogue(ListPage):
    """What the department provides."""

    model = Service
    table_class = ServiceTable
    filterset_class = ServiceFilter
    title = _("Services")
    sentence = _("What the department provides, who answers for it, and which teams support it.")
    default_sort = "name"
    search_label = _("Search services")
    empty_title = _("No service is described yet")
    empty_text = _("Whoever manages services adds them in the administration.")
    empty_icon = "stack-2"

    def get_queryset(self) -> QuerySet[Service]:
        return super().get_queryset().select_related("owner", "entity").prefetch_related("support__team")

    def actions(self) -> list[Action]:
        if not self.request.user.has_perm(actions.MANAGE):
            return []
        return [Action(_("Manage"), reverse("services:manage"), "settings")]


class ServicePage(DetailPage):
    """One service."""

    model = Service
    template_name = "services/detail.html"

    def get_queryset(self) -> QuerySet[Service]:
        rows = super().get_queryset().select_related("owner", "entity", "calendar__current")
        return rows.prefetch_related("support__team")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Services"), reverse("services:list"))]

    def actions(self) -> list[Action]:
        key = self.object.pk
        acts = []
        if self.request.user.has_perm(VIEW):
            acts.append(Action(_("Dependencies"), reverse("services:service_graph", args=[key]), "sitemap"))
        if self.request.user.has_perm(actions.MANAGE, self.object):
            acts.append(Action(_("Edit"), reverse("services:edit", args=[key]), "pencil"))
        return acts

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, service = person(self.request), self.object
        teams = sorted(service.support.all(), key=lambda row: row.rank)
        context = {**super().get_context_data(**kwargs), "teams": teams, **_hours(service)}
        context["panels"] = panels_of(service, user)
        return {**context, **_standing(user, service)} if user.has_perm(VIEW) else context


def _standing(user: User, service: Service) -> dict[str, Any]:
    """What the service stands on, what stands on it, whom it touches, and what changed lately."""
    stands = graph.foundations(user, service, depth=NEAR)
    return {
        "stands": stands,
        "breaks": graph.dependents(user, service),
        "relations": relations_of(user, service),
        "may_relate": may_relate(user, service),
        "nearest": SHOWN,
        "people": User.objects.filter(is_active=True, entity__path__contains=[service.entity_id]).count(),
        "history": history(user, [service, *stands.things[:HISTORY_OF]], limit=SHOWN),
    }


def _hours(service: Service) -> dict[str, Any]:
    """Whether the support is open now, or when it opens next."""
    if service.calendar is None:
        return {}
    now, schedule = timezone.now(), service.calendar.schedule
    try:
        return {"is_open": is_open(schedule, now), "opens_at": next_open(schedule, now)}
    except NeverOpen:
        return {"is_open": False, "opens_at": None}


class ManageServices(Catalogue):
    """The services one may change."""

    table_class = ManagedServiceTable
    frame = MANAGE_FRAME
    verb = actions.MANAGE
    empty_text = _("Add the first: tickets then find their team by themselves.")

    def get_queryset(self) -> QuerySet[Service]:
        managed = person(self.request).access.entities(actions.MANAGE)
        return super().get_queryset().filter(entity_id__in=managed)

    def actions(self) -> list[Action]:
        return [Action(_("New service"), reverse("services:create"), "plus", primary=True)]


class ServiceFormMixin:
    """What creating and editing a service share."""

    request: HttpRequest
    frame = MANAGE_FRAME

    def crumbs(self) -> list[Crumb]:
        """Back to the list."""
        return [Crumb(_("Services"), reverse("services:manage"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form asks what the person may choose."""
        return {**super().get_form_kwargs(), "user": person(self.request)}  # type: ignore[misc]


class NewService(ServiceFormMixin, CreatePage):
    """Add a service."""

    form_class = ServiceForm
    title = _("New service")
    verb = actions.MANAGE
    success_message = _("The service is in the catalogue.")

    def act(self, form: ServiceForm) -> str:
        actions.create_service(**form.values, support=form.support, by=person(self.request))
        return reverse("services:manage")


class EditService(ServiceFormMixin, UpdatePage):
    """Change a service."""

    form_class = ServiceForm
    model = Service
    object_verb = actions.MANAGE
    template_name = "services/form.html"
    success_message = _("The service is changed.")

    def act(self, form: ServiceForm) -> str:
        actions.edit_service(
            self.object,
            form.values,
            support=form.support,
            version=self.sent_version,
            by=person(self.request),
        )
        return reverse("services:manage")


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a service out of the catalogue."""
    service = get_object_or_404(Service.objects.visible_to(person(request)), pk=pk)
    if refused_message(request, lambda: actions.retire_service(service, by=person(request))):
        messages.success(request, _("“%(name)s” is retired. Its tickets keep it.") % {"name": service.name})
    return redirect("services:manage")


class ManageCategories(ListPage):
    """All categories."""

    model = Category
    table_class = CategoryTable
    filterset_class = CategoryFilter
    frame = MANAGE_FRAME
    verb = actions.MANAGE
    title = _("Categories")
    sentence = _("What tickets are about: the words people choose from and figures are counted by.")
    search_label = _("Search categories")
    empty_title = _("No category yet")
    empty_text = _("Add the first, or install those of the French pack.")
    empty_icon = "tags"
    page_size = 100

    def get_queryset(self) -> QuerySet[Category]:
        rows: QuerySet[Category] = Category.objects.visible_to(person(self.request)).in_tree_order()
        return rows.select_related("parent", "default_service")

    def actions(self) -> list[Action]:
        return [Action(_("New category"), reverse("services:create_category"), "plus", primary=True)]


class CategoryFormMixin:
    """What creating and editing a category share."""

    request: HttpRequest
    frame = MANAGE_FRAME
    verb = actions.MANAGE

    def crumbs(self) -> list[Crumb]:
        """Back to the list."""
        return [Crumb(_("Categories"), reverse("services:categories"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form asks what the person may choose."""
        return {**super().get_form_kwargs(), "user": person(self.request)}  # type: ignore[misc]


class NewCategory(CategoryFormMixin, CreatePage):
    """Add a category."""

    form_class = CategoryForm
    title = _("New category")
    success_message = _("The category can be chosen now.")

    def act(self, form: CategoryForm) -> str:
        actions.create_category(**form.values, by=person(self.request))
        return reverse("services:categories")


class EditCategory(CategoryFormMixin, UpdatePage):
    """Change a category."""

    form_class = CategoryForm
    model = Category
    success_message = _("The category is changed.")

    def act(self, form: CategoryForm) -> str:
        actions.edit_category(self.object, form.values, by=person(self.request))
        return reverse("services:categories")
