"""What becomes of a mail when the server is away, busy, or refuses."""

import smtplib

import pytest
from django.core.mail import EmailMessage

from core.mail import deliver
from core.outbox import Rejected, Unavailable

ADDRESS = "rosa@example.org"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionRefusedError(), Unavailable),
        (TimeoutError(), Unavailable),
        (smtplib.SMTPServerDisconnected(), Unavailable),
        (smtplib.SMTPConnectError(421, "busy"), Unavailable),
        (smtplib.SMTPAuthenticationError(535, "no"), Unavailable),
        (smtplib.SMTPDataError(451, "later"), Unavailable),
        (smtplib.SMTPDataError(554, "spam"), Rejected),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"unknown")}), Rejected),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (450, b"greylisted")}), Unavailable),
        (smtplib.SMTPSenderRefused(501, b"bad", ADDRESS), Rejected),
    ],
)
def test_failure_is_told_apart(
    error: Exception, expected: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_mail: EmailMessage) -> None:
        raise error

    monkeypatch.setattr(EmailMessage, "send", fail)
    with pytest.raises(expected):
        deliver(EmailMessage("subject", "body", to=[ADDRESS]))
