"""Handing a mail to the mail server, with failures told in the words of the outbox."""

import smtplib

from django.core.mail import EmailMessage

from core.outbox import Rejected, Unavailable

_FIRST_PERMANENT_CODE = 500


def deliver(mail: EmailMessage) -> None:
    """Send one mail to its recipients.

    Raises `Unavailable` where the server is away, busy or does not let us in, and `Rejected` where it refuses
    this mail for good.
    """
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        refuse = Rejected if min(codes, default=0) >= _FIRST_PERMANENT_CODE else Unavailable
        raise refuse("; ".join(f"{code}" for code in codes)) from error
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
        raise Unavailable(f"{error.__class__.__name__} {error.smtp_code}") from error
    except smtplib.SMTPResponseException as error:
        refuse = Rejected if error.smtp_code >= _FIRST_PERMANENT_CODE else Unavailable
        raise refuse(f"{error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(error.__class__.__name__) from error
