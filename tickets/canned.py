"""The variables of canned answers. A fixed list, filled in by plain replacement: a text can run nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.models import CannedAnswer, Ticket

# Answers that a picker shows; who looks further searches.
LIMIT = 60
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_.]{1,60})\s*\}\}")

# Name in a text → what it stands for, and how it is read.
VARIABLES: dict[str, tuple[Any, Callable[[Ticket, User], Any]]] = {
    "ticket.reference": (_("number of the ticket"), lambda ticket, by: ticket.reference),
    "ticket.title": (_("its title"), lambda ticket, by: ticket.title),
    "ticket.status": (_("its status"), lambda ticket, by: ticket.get_status_display()),
    "ticket.priority": (_("its priority"), lambda ticket, by: ticket.get_priority_display()),
    "ticket.service": (_("its service"), lambda ticket, by: ticket.service),
    "ticket.team": (_("the team that has it"), lambda ticket, by: ticket.team),
    "ticket.opened_on": (_("the day it was opened"), lambda ticket, by: _day(ticket.created_at)),
    "ticket.due_at": (_("when it is due"), lambda ticket, by: _moment(ticket.due_at)),
    "ticket.address": (
        _("the address of its page"), lambda ticket, by: f"{settings.PUBLIC_URL}{ticket.get_absolute_url()}",
    ),
    "requester.first_name": (_("first name of the requester"), lambda ticket, by: ticket.requester.first_name),
    "requester.last_name": (_("last name of the requester"), lambda ticket, by: ticket.requester.last_name),
    "requester.name": (_("name of the requester"), lambda ticket, by: ticket.requester.name),
    "me.first_name": (_("your first name"), lambda ticket, by: by.first_name),
    "me.last_name": (_("your last name"), lambda ticket, by: by.last_name),
    "me.name": (_("your name"), lambda ticket, by: by.name),
    "me.phone": (_("your telephone number"), lambda ticket, by: by.phone),
    "today": (_("today’s date"), lambda ticket, by: _day(timezone.now())),
}  # fmt: skip


def _day(at: Any) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT") if at else ""


def _moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else ""


def unknown_variables(text: str) -> list[str]:
    """The names between double braces that stand for nothing."""
    named = re.findall(r"\{\{(.{0,80}?)\}\}", text, re.DOTALL)
    return [name.strip() for name in named if name.strip() not in VARIABLES]


def filled(answer: CannedAnswer, ticket: Ticket, *, by: User) -> str:
    """The answer as it would be sent on the ticket, in the requester's language; values are taken as they are."""
    language = ticket.language or ticket.requester.language

    def value(found: re.Match[str]) -> str:
        known = VARIABLES.get(found[1])
        if known is None:
            return found[0]
        read = known[1](ticket, by)
        return "" if read is None else str(read)

    with translation.override(language or translation.get_language()):
        return _VARIABLE.sub(value, answer.body(language))


def offered(user: User, asked: str) -> list[CannedAnswer]:
    """The answers in use that a person is offered, by folder; with words, those that have all of them."""
    rows = CannedAnswer.objects.visible_to(user).filter(is_active=True)
    if user.access.teams:
        rows = rows.filter(Q(team=None) | Q(team_id__in=user.access.teams))
    for word in asked.replace("\x00", "").split()[:6]:
        found = Q(title__icontains=word) | Q(folder__icontains=word)
        rows = rows.filter(found | Q(body_fr__icontains=word) | Q(body_en__icontains=word))
    return list(rows.select_related("team").order_by("folder", "title", "pk")[:LIMIT])


def prefilled(key: str, ticket: Ticket, *, by: User) -> dict[str, str]:
    """What the composer starts with where an address names an answer by key; nothing for one that is not offered."""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return {}
    answer = CannedAnswer.objects.visible_to(by).filter(pk=int(key), is_active=True).first()
    return {"body": filled(answer, ticket, by=by), "canned": key} if answer else {}
