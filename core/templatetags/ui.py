"""The components of the pages. Every tag takes its values by name and reads nothing of the context.

Catalogue with an example of each: docs/components.md.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BaseForm
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from core import forms as core_forms, markdown as core_markdown, markup, times

SHORT_TEXT = 4000

register = template.Library()

Words = str | Promise

register.simple_tag(markup.icon, name="icon")
register.simple_tag(markup.tag, name="tag")
register.simple_tag(markup.criticality, name="criticality")
register.simple_tag(markup.kind, name="kind")
register.simple_tag(markup.avatar, name="avatar")


@register.simple_tag
def status(value: str, label: Words) -> SafeString:
    """`{% status value=ticket.status label=ticket.get_status_display %}`."""
    return markup.status(value, label)


@register.simple_tag
def priority(value: int | None, *, long: bool = False) -> SafeString:
    """`{% priority value=ticket.priority long=True %}`."""
    return markup.priority(value, long=long)


@register.simple_tag
def when(at: datetime | date | None, *, focusable: bool = True) -> SafeString:
    """`{% when at=ticket.created_at %}`: relative, the exact time on hover and focus."""
    return markup.when(at, focusable=focusable)


@register.simple_tag
def due(at: datetime | None, *, ended: bool = False) -> SafeString:
    """`{% due at=ticket.due_at ended=ticket.is_ended %}`."""
    return markup.due(at, ended=ended)


@register.simple_tag
def person(who: Any, none: Words = "") -> SafeString:
    """`{% person who=ticket.assignee none=_("Nobody yet") %}`."""
    return markup.person(who, none=none)


@register.simple_tag
def markdown(text: str) -> SafeString:
    """`{% markdown text=comment.body %}`; texts of usual length are rendered once per process."""
    return _rendered(text) if len(text) <= SHORT_TEXT else core_markdown.render(text)


@lru_cache(maxsize=2048)
def _rendered(text: str) -> SafeString:
    return core_markdown.render(text)


@register.filter
def exact(at: datetime | date) -> str:
    """The whole date and time in words."""
    return times.exact(at)


@register.filter
def short(at: datetime) -> str:
    """The shortest clear time."""
    return times.short(at)


@register.filter
def span(seconds: float) -> str:
    """A length of time in words."""
    return times.span(seconds)


@register.filter
def number(value: int | float | Decimal) -> str:
    """A number as the language writes it."""
    return times.number(value)


@register.inclusion_tag("ui/button.html")
def button(
    label: Words,
    *,
    address: str = "",
    icon: str = "",
    style: str = "",
    name: str = "",
    value: str = "",
    keys: str = "",
) -> dict[str, Any]:
    """A button, or a link that looks like one where it has an address.

    Styles: primary, quiet, danger, small.
    """
    shown = {"label": label, "address": address, "icon": icon, "style": style}
    return {**shown, "name": name, "value": value, "keys": keys}


@register.inclusion_tag("ui/empty.html")
def empty(
    title: Words, text: Words = "", *, icon: str = "inbox", address: str = "", action: Words = ""
) -> dict[str, Any]:
    """What a page shows where there is nothing: what it means, and what to do first."""
    return {"title": title, "text": text, "icon": icon, "address": address, "action": action}


@register.inclusion_tag("ui/alert.html")
def alert(text: Words, *, tone: str = "information", title: Words = "") -> dict[str, Any]:
    """A message in the page. Tones: information, good, soon, late, waiting."""
    return {"text": text, "title": title, "tone": tone, "icon": markup.TONE_ICONS.get(tone, "info-circle")}


@register.inclusion_tag("ui/breadcrumbs.html")
def breadcrumbs(crumbs: Sequence[Any], here: Words = "") -> dict[str, Any]:
    """The way to a page: things with `label` and `address`."""
    return {"crumbs": crumbs, "here": here}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Iterable[Any], *, label: Words = "") -> dict[str, Any]:
    """Tabs that are links: things with `label`, `address`, `current`, and a `count` name where it is live."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/chips.html")
def chips(items: Sequence[Any], *, clear: str = "", target: str = "") -> dict[str, Any]:
    """The filters in force, each a link that removes it; `target` is the id of the list that htmx swaps."""
    return {"items": items, "clear": clear, "target": target}


@register.inclusion_tag("ui/pagination.html")
def pagination(
    *, number: int, previous: str = "", following: str = "", is_cut: bool = False
) -> dict[str, Any]:
    """Previous and next."""
    return {"number": number, "previous": previous, "following": following, "is_cut": is_cut}


@register.inclusion_tag("ui/table.html")
def table(table: Any) -> dict[str, Any]:
    """A table of `core.tables`."""
    return {"table": table}


@register.inclusion_tag("ui/facts.html")
def facts(items: Iterable[tuple[Words, Any]]) -> dict[str, Any]:
    """A description list of label and value pairs; pairs without a value are shown with a dash."""
    return {
        "items": [
            (label, value if isinstance(value, SafeString) else markup.text(value)) for label, value in items
        ]
    }


@register.inclusion_tag("ui/errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """The summary on top of a form that was refused; each line leads to its field."""
    return {"form": form, "errors": list(core_forms.error_summary(form)), "whole": form.non_field_errors()}


@register.simple_tag(takes_context=True)
def part(context: Context, name: str, ticket: Any, given: dict[str, Any]) -> SafeString:
    """A template that another app registered for the ticket page; what it gave is `context` there."""
    with context.push({"ticket": ticket, "context": given}):
        rendered: SafeString = context.template.engine.get_template(name).render(context)  # type: ignore[union-attr]
    return rendered


@register.inclusion_tag("ui/csrf.html", takes_context=True)
def post_button(
    context: Context, label: Words, *, address: str, icon: str = "", style: str = "", **values: Any
) -> Any:
    """A form of one button: an act by POST. Further values become hidden fields."""
    return {
        "csrf_token": context.get("csrf_token"),
        "label": label,
        "address": address,
        "icon": icon,
        "style": style,
        "values": values,
    }


class WrapNode(template.Node):
    """A component around a piece of template: the inner part is `content`."""

    def __init__(self, template_name: str, values: dict[str, FilterExpression], nodes: NodeList) -> None:
        self.template_name = template_name
        self.values = values
        self.nodelist = nodes

    def render(self, context: Context) -> str:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        content = self.nodelist.render(context)
        engine_template = context.template.engine.get_template(self.template_name)  # type: ignore[union-attr]
        return engine_template.render(context.new({**values, "content": content}))


def _wrapping(name: str, template_name: str) -> None:
    def compile_tag(parser: Parser, token: Token) -> WrapNode:
        values = token_kwargs(token.split_contents()[1:], parser)
        nodes = parser.parse((f"end{name}",))
        parser.delete_first_token()
        return WrapNode(template_name, values, nodes)

    register.tag(name, compile_tag)


# {% panel title=_("Requester") %} … {% endpanel %}: a block with a heading; fold="key" folds and remembers.
_wrapping("panel", "ui/panel.html")
# {% menu label=_("More") icon="dots" %} {% button … %} {% endmenu %}: opens without scripts.
_wrapping("menu", "ui/menu.html")
