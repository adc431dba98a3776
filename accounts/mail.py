"""Mails about accounts: invitations, links to set a password, notices of changes.

They go through the outbox like all mail, but sealed: a link that sets a password must not be read from a
table, a page of deliveries or a dump.
"""

import json
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from core.mail import deliver
from core.models import OutboxMessage
from core.outbox import enqueue, sender
from core.secrets import seal, unseal

TOPIC = "accounts.mail"
NOBODY = ""


def post(*, to: str, subject: str, text: str, html: str = "") -> None:
    """Write a mail to one address in the current transaction."""
    letter = json.dumps({"to": to, "subject": subject, "text": text, "html": html})
    enqueue(TOPIC, {"sealed": seal(letter)}, key=f"{TOPIC}:{uuid.uuid4()}")


@sender(TOPIC)
def send(message: OutboxMessage) -> None:
    """Send one mail. Its Message-ID is the outbox key, so that a repeat is recognisable."""
    letter = json.loads(unseal(message.payload["sealed"]))
    if letter["to"] == NOBODY:
        return
    headers = {
        "Message-ID": f"<{message.key.replace(':', '.')}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    mail = EmailMultiAlternatives(letter["subject"], letter["text"], to=[letter["to"]], headers=headers)
    if letter["html"]:
        mail.attach_alternative(letter["html"], "text/html")
    deliver(mail)
