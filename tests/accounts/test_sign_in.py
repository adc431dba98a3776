"""Sign-in: one account per address, no way in for others, sessions that end."""

import json
import re

import pytest
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from accounts import mail
from accounts.adapter import AccountAdapter
from accounts.models import Entity, User
from core.cache import breaker
from core.models import OutboxMessage
from core.outbox import relay
from core.secrets import unseal
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> int:
    return client.post(LOGIN, {"login": email, "password": password}, **extra).status_code  # type: ignore[arg-type]


def letters() -> list[dict[str, str]]:
    rows = OutboxMessage.objects.filter(topic=mail.TOPIC).order_by("pk")
    found = [json.loads(unseal(row.payload["sealed"])) for row in rows]
    return [letter for letter in found if letter["to"] != mail.NOBODY]


def reset_link(client: Client, email: str) -> str:
    client.post(RESET, {"email": email})
    found = re.search(r"https?://\S+", letters()[-1]["text"])
    assert found
    return found[0]


def path_of(link: str) -> str:
    return link.removeprefix(settings.PUBLIC_URL)


def test_address_signs_in_whatever_its_case(client: Client, requester: User) -> None:
    assert sign_in(client, requester.email.upper()) == 302
    assert client.get(reverse("account:profile")).status_code == 200


def test_session_id_changes_with_sign_in(client: Client, requester: User) -> None:
    client.get(LOGIN)
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    sign_in(client, requester.email)
    assert client.session.session_key != before


def test_inactive_person_cannot_sign_in(client: Client, requester: User) -> None:
    User.objects.filter(pk=requester.pk).update(is_active=False)
    sign_in(client, requester.email)
    assert client.get(reverse("account:profile")).status_code == 302


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https:evil.example", "http://evil.example/"]
)
def test_sign_in_never_leads_elsewhere(client: Client, requester: User, target: str) -> None:
    response = client.post(LOGIN, {"login": requester.email, "password": PASSWORD, "next": target})
    assert response.status_code == 302
    assert "evil" not in response["Location"]
    inside = Client().post(
        LOGIN, {"login": requester.email, "password": PASSWORD, "next": "/account/tokens/"}
    )
    assert inside["Location"] == "/account/tokens/"


def test_guessing_ends_with_429_and_does_not_lock_the_owner_out(requester: User) -> None:
    guesser = Client(REMOTE_ADDR="203.0.113.7")
    codes = [sign_in(guesser, requester.email, f"guess {number}") for number in range(11)]
    assert 429 in codes
    assert codes.index(429) <= 10
    assert sign_in(Client(REMOTE_ADDR="203.0.113.8"), requester.email) == 302


def test_sign_in_works_without_the_cache(client: Client, requester: User) -> None:
    breaker.trip()
    try:
        assert sign_in(client, requester.email) == 302
    finally:
        breaker.reset()


def test_unknown_and_known_addresses_look_alike(requester: User) -> None:
    pages = []
    for email in (requester.email, "unknown@example.org"):
        page = Client().post(LOGIN, {"login": email, "password": "wrong"}).content.decode()
        pages.append(re.sub(r'value="[^"]*"|nonce="[^"]*"|csrf[^>]*', "", page.replace(email, "")))
    assert pages[0] == pages[1]
    answers = [Client().post(RESET, {"email": email}) for email in (requester.email, "unknown@example.org")]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, answers[0]["Location"])
    ] * 2
    assert [letter["to"] for letter in letters()] == [requester.email]


@pytest.mark.parametrize(
    "typed", ["mıke@example.org", "mike@example.org\u200b", "ｍike@ｅxample.org", "MİKE@example.org"]
)
def test_look_alike_address_never_gets_the_link(client: Client, school: object, typed: str) -> None:
    make_user(email="mike@example.org", entity=school)  # type: ignore[arg-type]
    client.post(RESET, {"email": typed})
    assert {letter["to"] for letter in letters()} <= {"mike@example.org"}


def test_two_addresses_at_once_reach_one_account_only(
    client: Client, requester: User, outsider: User
) -> None:
    client.post(RESET, {"email": [requester.email, outsider.email]})
    assert len(letters()) == 1
    client.post(RESET, json.dumps({"email": [requester.email]}), content_type="application/json")
    client.post(RESET, {"email[]": requester.email})
    assert len(letters()) == 1


def test_link_leads_to_the_public_address(requester: User) -> None:
    link = reset_link(Client(HTTP_HOST="localhost"), requester.email)
    assert link.startswith(settings.PUBLIC_URL + "/")


def test_link_sets_a_password_once(client: Client, requester: User) -> None:
    link = path_of(reset_link(client, requester.email))
    second = path_of(reset_link(client, requester.email))
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = "a wholly different one 5"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert sign_in(Client(), requester.email, new) == 302
    for spent in (link, second):
        page = Client().get(spent, follow=True)
        assert b"password1" not in page.content


def test_of_two_uses_of_a_link_at_once_one_wins(client: Client, requester: User) -> None:
    link = path_of(reset_link(client, requester.email))
    forms = []
    for each in (Client(), Client()):
        forms.append((each, each.get(link, follow=True).redirect_chain[-1][0]))
    adapter = AccountAdapter()
    first, second = (User.objects.get(pk=requester.pk) for _ in range(2))
    adapter.set_password(first, "a wholly different one 5")
    with pytest.raises(ImmediateHttpResponse):
        adapter.set_password(second, "an attacker's choice 6")
    for each, form in forms:
        each.post(form, {"password1": "an attacker's choice 6", "password2": "an attacker's choice 6"})
    assert User.objects.get(pk=requester.pk).check_password("a wholly different one 5")


def test_link_ends_with_a_new_address(client: Client, requester: User) -> None:
    link = path_of(reset_link(client, requester.email))
    User.objects.filter(pk=requester.pk).update(email="elsewhere@example.org")
    assert b"password1" not in client.get(link, follow=True).content


def test_new_password_ends_the_other_sessions(requester: User) -> None:
    here, there = Client(), Client()
    sign_in(here, requester.email)
    sign_in(there, requester.email)
    new = "a wholly different one 5"
    here.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert here.get(reverse("account:profile")).status_code == 200
    assert there.get(reverse("account:profile")).status_code == 302
    assert "password" in letters()[-1]["text"]


def test_sessions_are_listed_and_ended(client: Client, requester: User) -> None:
    other = Client(HTTP_USER_AGENT="Other browser")
    sign_in(other, requester.email)
    sign_in(client, requester.email)
    assert UserSession.objects.filter(user=requester).count() == 2
    assert "Other browser" in client.get(reverse("usersessions_list")).content.decode()
    client.post(reverse("usersessions_list"))
    assert other.get(reverse("account:profile")).status_code == 302
    assert client.get(reverse("account:profile")).status_code == 200


def test_session_in_use_is_noted_once_in_a_while(
    client: Client, requester: User, django_assert_num_queries: object
) -> None:
    sign_in(client, requester.email)
    cache.clear()
    client.get(reverse("account:tokens"))
    client.get(reverse("account:tokens"))
    # The person, the rights, the tokens; the session is read from the cache.
    with django_assert_num_queries(3):  # type: ignore[operator]
        client.get(reverse("account:tokens"))


@pytest.mark.parametrize("page", ["/accounts/signup/", "/accounts/email/", "/accounts/confirm-email/"])
def test_pages_without_use_are_closed(client: Client, requester: User, page: str) -> None:
    client.force_login(requester)
    assert client.get(page).status_code == 404
    assert client.post(page, {"email": "new@example.org"}).status_code == 404


@pytest.fixture
def with_totp(requester: User) -> User:
    TOTP.activate(requester, "JBSWY3DPEHPK3PXP")
    return requester


def test_second_factor_is_asked_and_stored_sealed(client: Client, with_totp: User) -> None:
    stored = Authenticator.objects.get(user=with_totp).data["secret"]
    assert "JBSWY3DPEHPK3PXP" not in stored
    assert get_adapter().decrypt(stored) == "JBSWY3DPEHPK3PXP"
    response = client.post(LOGIN, {"login": with_totp.email, "password": PASSWORD})
    assert response["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("account:profile")).status_code == 302
    codes = [client.post(reverse("mfa_authenticate"), {"code": f"{n:06}"}).status_code for n in range(12)]
    assert client.get(reverse("account:profile")).status_code == 302
    assert 302 not in codes[:3]


def test_letter_for_an_unknown_address_is_written_and_dropped(
    client: Client, db: None, mailoutbox: list[object]
) -> None:
    client.post(RESET, {"email": "unknown@example.org"})
    assert OutboxMessage.objects.filter(topic=mail.TOPIC).count() == 1
    assert relay(mail.TOPIC) == 1
    assert not mailoutbox


def test_letter_is_sent_with_a_fixed_message_id(
    client: Client, requester: User, mailoutbox: list[EmailMessage]
) -> None:
    reset_link(client, requester.email)
    row = OutboxMessage.objects.get(topic=mail.TOPIC)
    mail.send(row)
    mail.send(row)
    assert [sent.to for sent in mailoutbox] == [[requester.email]] * 2
    assert len({sent.extra_headers["Message-ID"] for sent in mailoutbox}) == 1


def test_technical_administration_has_no_door_of_its_own(
    client: Client, administrator: User, school: Entity
) -> None:
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1][0].startswith(LOGIN)
    client.force_login(administrator)
    assert client.get("/admin/", follow=True).status_code == 403
    root = User.objects.create_superuser("root@example.org", PASSWORD, entity=school)
    client.force_login(root)
    assert client.get("/admin/").status_code == 200
