"""Where the label of an item leads: the form that reports on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from services.graph import service_for
from services.models import Item
from tickets.views.people import reader


@require_safe
def report_item(request: HttpRequest, code: str) -> HttpResponse:
    """The report form with the item and its service chosen; 404 for an item of elsewhere."""
    user = reader(request)
    item = get_object_or_404(Item.objects.nameable_by(user), code__iexact=code)
    service = service_for(item, user)
    given: dict[str, str | int] = {"items": item.code, **({"service": service.pk} if service else {})}
    return redirect(f"{reverse('portal:report')}?{urlencode(given)}")
