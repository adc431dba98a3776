"""Mails about events: threaded, in the reader's language, with what to do and a link."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from core.mail import deliver
from core.markdown import render
from core.models import OutboxMessage
from core.outbox import sender
from core.text import first_line
from notifications.recipients import may_know
from notifications.wording import address, next_steps, sentence
from tickets.choices import Status, Verb
from tickets.models import Event, Ticket

TOPIC = "mail"
_SUBJECT_LENGTH = 150
# Our own paths, in HTML and in Markdown.
_PATHS = re.compile(r'((?:src|href)=")/(?!/)')
_WRITTEN = re.compile(r"(\]\()/(?!/)")


def payload(event: Event, person: User, about: str) -> dict[str, Any]:
    """What is kept of a mail until it is sent: keys, and the Message-ID that all its tries share."""
    return {
        "event": event.pk,
        "user": person.pk,
        "about": about,
        "message_id": message_id(event.ticket_id, event.pk, person.pk),
    }


def message_id(ticket_id: int, event_id: int = 0, user_id: int = 0) -> str:
    """A Message-ID of ours: signed, so that an answer to it can be trusted to name the ticket."""
    name = f"{ticket_id}.{event_id}.{user_id}"
    signature = salted_hmac("notifications.message_id", name, algorithm="sha256").hexdigest()[:24]
    return f"<{name}.{signature}@{urlsplit(settings.PUBLIC_URL).hostname}>"


@sender(TOPIC)
def send(message: OutboxMessage) -> None:
    """Send one mail, if the person may still know. Raises as `core.mail.deliver`."""
    rows = Event.objects.select_related(
        "actor", "comment", "ticket__team", "ticket__service", "ticket__pending_reason"
    )
    event = rows.filter(pk=message.payload["event"]).first()
    person = User.objects.active().select_related("entity").filter(pk=message.payload["user"]).first()
    if event is None or person is None or not may_know(person, event):
        return
    named = {name: message.payload[name] for name in ("about", "message_id")}
    deliver(compose(event, person, **named, others=message.payload.get("others", 0)))


def compose(
    event: Event, person: User, *, about: str, message_id: str, others: int = 0
) -> EmailMultiAlternatives:
    """The mail about an event for one person; `others` are the further tickets to which the same was done."""
    ticket = event.ticket
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(person.timezone):
        context = {**_context(event, person, about), "others": others}
        text = render_to_string("notifications/mail/event.txt", context)
        html = render_to_string("notifications/mail/event.html", context)
    mail = EmailMultiAlternatives(
        subject=f"[{ticket.reference}] {first_line(ticket.title, _SUBJECT_LENGTH)}",
        body=text,
        to=[person.email],
        headers=_headers(ticket, message_id),
    )
    mail.attach_alternative(html, "text/html")
    return mail


def _headers(ticket: Ticket, own_id: str) -> dict[str, str]:
    root = message_id(ticket.pk)
    return {
        "Message-ID": own_id,
        "In-Reply-To": root,
        "References": root,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _context(event: Event, person: User, about: str) -> dict[str, Any]:
    ticket = event.ticket
    body = _words(event)
    return {
        "ticket": ticket,
        "person": person,
        "sentence": sentence(event, about),
        "at": event.at,
        "body": _WRITTEN.sub(rf"\g<1>{settings.PUBLIC_URL}/", body),
        "body_html": _with_host(render(body)) if body else "",
        "steps": next_steps(event, about, for_requester=person.pk == ticket.requester_id),
        "address": f"{settings.PUBLIC_URL}{address(event, about)}",
        "preferences": f"{settings.PUBLIC_URL}/account/notifications/",
        "language": translation.get_language(),
    }


def _with_host(html: str) -> SafeString:
    """The same with whole addresses: a mail stands on no page that a path could be read from."""
    return mark_safe(_PATHS.sub(rf"\g<1>{settings.PUBLIC_URL}/", html))  # noqa: S308 - cleaned before


def _words(event: Event) -> str:
    """What a mail may quote: a public answer, the solution, the report. Internal notes never leave the
    portal.
    """
    if event.comment:
        return event.comment.body if event.comment.is_public else ""
    if event.verb == Verb.MOVED and event.ticket.status == Status.RESOLVED:
        return event.ticket.solution
    if event.verb == Verb.APPROVAL and event.data.get("act") == "refused":
        return str(event.data.get("reason") or "")
    asked = event.verb == Verb.APPROVAL and event.data.get("act") in (
        "asked",
        "next",
        "reminded",
        "delegated",
    )
    return event.ticket.description if event.verb == Verb.OPENED or asked else ""
