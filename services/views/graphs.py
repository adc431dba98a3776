"""The graph of what stands on what, drawn and in words."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from core.views import Action, Crumb
from services import drawing, graph, layout
from services.choices import FROM_SOURCE, RelationType
from services.models import Service, Thing
from services.views.common import VIEW, crumb, person
from services.views.items import item_of

# How far from its centre a drawing reaches, by default and at most; how many things it holds.
DEPTH, DEEPEST, THINGS = 3, 6, 200


@require_safe
def of_service(request: HttpRequest, pk: int) -> HttpResponse:
    """The graph around a service."""
    _check(request)
    return _page(request, get_object_or_404(Service.objects.visible_to(person(request)), pk=pk))


@require_safe
def of_item(request: HttpRequest, code: str) -> HttpResponse:
    """The graph around an item."""
    _check(request)
    return _page(request, item_of(request, code))


@require_safe
def chosen(request: HttpRequest) -> HttpResponse:
    """The graph of the service or item that the address names."""
    service, item = request.GET.get("service", ""), request.GET.get("item", "").replace("\x00", "")
    if service.isascii() and service.isdigit() and len(service) < 19:
        return redirect("services:service_graph", pk=int(service))
    return (
        redirect("services:item_graph", code=item) if item and "/" not in item else redirect("services:list")
    )


def _check(request: HttpRequest) -> None:
    if not person(request).has_perm(VIEW):
        raise PermissionDenied


def _page(request: HttpRequest, thing: Thing) -> HttpResponse:
    user, depth = person(request), _depth(request)
    part = graph.neighbourhood(user, [thing], depth=depth, limit=THINGS)
    boxes, arrows = boxes_of(part), arrows_of(part)
    plan = layout.layout(boxes, arrows, together=_("{count} × {group}"))
    title = _("What “%(name)s” stands on, and what stands on it") % {"name": thing.name}
    if "svg" in request.GET:
        return _file(plan, title, thing)
    context = {
        **_head(thing, title, depth),
        **_words(user, thing, depth),
        "drawing": drawing.svg(plan, title=title),
        "groups": [{"key": key, "boxes": rows} for key, rows in layout.members(boxes, arrows).items()],
        "part": part,
        "is_alone": len(boxes) < 2,
    }
    return render(request, "services/graph.html", context)


def _depth(request: HttpRequest) -> int:
    asked = request.GET.get("depth", "")
    return (
        min(max(int(asked), 1), DEEPEST) if asked.isascii() and asked.isdigit() and len(asked) < 3 else DEPTH
    )


def _head(thing: Thing, title: str, depth: int) -> dict[str, Any]:
    back = (
        crumb(_("Services"), "services:list")
        if isinstance(thing, Service)
        else crumb(_("Items"), "services:items")
    )
    return {
        "title": thing.name,
        "sentence": title,
        "thing": thing,
        "crumbs": [back, Crumb(thing.name, thing.get_absolute_url())],
        "actions": [Action(_("Download the drawing"), f"?svg=1&depth={depth}", "download")],
        "depth": depth,
        "depths": range(1, DEEPEST + 1),
    }


def _words(user: User, thing: Thing, depth: int) -> dict[str, Any]:
    """The same in words, for who reads it without eyes or on a telephone."""
    return {
        "breaks": graph.dependents(user, thing, depth=depth),
        "stands": graph.foundations(user, thing, depth=depth),
    }


def boxes_of(part: graph.Neighbourhood) -> list[layout.Box]:
    """Services and items as boxes."""
    return [_box(node, thing, is_centre=node in part.centre) for node, thing in part.things.items()]


def _box(node: int, thing: Thing, *, is_centre: bool) -> layout.Box:
    if isinstance(thing, Service):
        return layout.Box(
            node, thing.name, thing.get_criticality_display(), reverse("services:service_graph", args=[thing.pk]),
            f"is-service is-critical-{thing.criticality}", is_centre=is_centre,
        )  # fmt: skip
    css = "is-item is-gone" if thing.is_gone else "is-item"
    return layout.Box(
        node, thing.name, thing.code, reverse("services:item_graph", args=[thing.code]), css, str(thing.item_type),
        is_centre=is_centre,
    )  # fmt: skip


def arrows_of(part: graph.Neighbourhood) -> list[layout.Arrow]:
    """Relations as arrows from who stands to what it stands on; a whole stands on its parts."""
    return [
        layout.Arrow(
            *((target, source) if kind in FROM_SOURCE else (source, target)),
            label=f"{part.things[source].name} – {RelationType(kind).label} – {part.things[target].name}",
            css=f"is-{kind.replace('_', '-')}",
        )
        for source, target, kind in part.relations
    ]


def _file(plan: layout.Layout, title: str, thing: Thing) -> HttpResponse:
    """The drawing as a file that carries its own looks."""
    response = HttpResponse(drawing.as_file(plan, title=title, style=_style()), content_type="image/svg+xml")
    name = thing.code.lower()
    response["Content-Disposition"] = f'attachment; filename="graph-{name}.svg"'
    # A file that is opened where it lies runs nothing.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@cache
def _style() -> str:
    """The looks of a drawing that stands alone."""
    return (settings.BASE_DIR / "static" / "css" / "graph.css").read_text(encoding="utf-8")
