"""The link by which an invited person chooses a password."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts import mail
from accounts.models import User

LASTS = timedelta(days=3)
_SALT = "accounts.invitation"


def send(person: User, *, by: User | None) -> str:
    """Mail the link in the person's language; returns the link."""
    address = settings.PUBLIC_URL + reverse("account:welcome", args=[key_for(person)])
    with translation.override(person.language or settings.LANGUAGE_CODE):
        context = {
            "person": person,
            "by": by,
            "address": address,
            "days": LASTS.days,
            "public_url": settings.PUBLIC_URL,
        }
        mail.post(
            to=person.email,
            subject=_("Your account on the help desk portal"),
            text=render_to_string("accounts/mail/invitation.txt", context),
        )
    return address


def key_for(person: User) -> str:
    """A signed key that only this person, with this address and without a newer password, can use."""
    return signing.dumps({"person": person.pk, "state": _state(person)}, salt=_SALT)


def person_of(key: str) -> User | None:
    """The person whom the key lets in, None where it is forged, too old or used up."""
    try:
        content = signing.loads(key, salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=content["person"]).first()
    return person if person and opens(key, person) else None


def opens(key: str, person: User) -> bool:
    """Whether the key fits the person as the row stands now."""
    try:
        content = signing.loads(key, salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return False
    return person.is_active and constant_time_compare(content["state"], _state(person))


def _state(person: User) -> str:
    # The hash of the password is part of it: choosing one ends every link sent before.
    return salted_hmac(_SALT, f"{person.password}|{person.email}", algorithm="sha256").hexdigest()[:32]
