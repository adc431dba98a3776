"""Mails about a major incident: the same words for everybody, in each reader's language."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from core.mail import deliver
from core.models import OutboxMessage
from core.outbox import sender
from core.text import first_line
from incidents.choices import MAIL_TOPIC
from incidents.models import MajorEntry

_SUBJECT_LENGTH = 150


@sender(MAIL_TOPIC)
def send(message: OutboxMessage) -> None:
    """Send one mail of an entry. Raises as `core.mail.deliver`."""
    rows = MajorEntry.objects.select_related("major__incident", "author")
    entry = rows.filter(pk=message.payload["entry"], is_public=True).first()
    person = User.objects.active().filter(pk=message.payload["user"]).first()
    if entry is not None and person is not None:
        deliver(compose(entry, person))


def compose(entry: MajorEntry, person: User) -> EmailMultiAlternatives:
    """The mail of an entry for one person; its Message-ID is the same at each try."""
    host = urlsplit(settings.PUBLIC_URL).hostname
    root = f"<major.{entry.major_id}@{host}>"
    reference = entry.major.incident.reference
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(person.timezone):
        context = {
            "entry": entry,
            "major": entry.major,
            "reference": reference,
            "address": settings.PUBLIC_URL + reverse("incidents:major_status", args=[reference]),
            "preferences": f"{settings.PUBLIC_URL}/account/notifications/",
            "language": translation.get_language(),
        }
        subject = _("[Major incident] %(summary)s") % {
            "summary": first_line(entry.major.summary, _SUBJECT_LENGTH)
        }
        text = render_to_string("incidents/mail/update.txt", context)
        html = render_to_string("incidents/mail/update.html", context)
    mail = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=[person.email],
        headers={
            "Message-ID": f"<major.{entry.major_id}.{entry.pk}.{person.pk}@{host}>",
            "In-Reply-To": root,
            "References": root,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    mail.attach_alternative(html, "text/html")
    return mail
