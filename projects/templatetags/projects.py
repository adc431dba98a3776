"""How pages show projects."""

from datetime import date
from typing import Any

from django import template
from django.utils.safestring import SafeString

from projects import tables

register = template.Library()


@register.simple_tag
def project_status(project: Any) -> SafeString:
    """`{% project_status project=project %}`."""
    return tables.project_status(project)


@register.simple_tag
def progress(percent: int) -> SafeString:
    """`{% progress percent=40 %}`: a bar and its figure."""
    return tables.progress_bar(percent)


@register.simple_tag
def state(state: str) -> SafeString:
    """`{% state state="late" %}`: late or due soon, in words."""
    return tables.state_tag(state)


@register.simple_tag
def short_day(at: date | None) -> SafeString:
    """`{% short_day mark.due_on %}`: a day in few words."""
    return tables.day(at)


@register.simple_tag
def days(start: date | None, end: date | None) -> SafeString:
    """`{% days task.planned_start task.planned_end %}`: from one day to another, in few words."""
    return tables.days(start, end)
