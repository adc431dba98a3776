"""The tabs of one's own pages, on ours and on those of django-allauth."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.registry import own_pages

register = template.Library()

# Password, second step and sessions stand under Security.
_ENTRANCE, _SECURITY = "/accounts/", "account:security"


@dataclass(frozen=True)
class Tab:
    """A tab of one's own pages."""

    label: str | Promise
    address: str
    current: bool
    count: str = ""


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def own_tabs(context: Context) -> dict[str, Any]:
    """The tabs, the one of this page marked."""
    path: str = context["request"].path
    here = reverse(_SECURITY) if path.startswith(_ENTRANCE) else path
    tabs = [(entry.label, reverse(entry.url_name)) for entry in own_pages]
    current = max((address for _label, address in tabs if here.startswith(address)), key=len, default="")
    return {
        "items": [Tab(label, address, address == current) for label, address in tabs],
        "label": _("My account"),
    }
