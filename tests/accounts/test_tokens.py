"""API tokens: hashed, scoped, expiring."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import actions
from accounts.models import ApiToken, User
from accounts.models.tokens import digest_of
from core.exceptions import Refused
from tests.factories import make_user

pytestmark = pytest.mark.django_db

ME = "/api/v1/me/"


def ask(secret: str, path: str = ME, method: str = "get", **data: object) -> tuple[int, str]:
    headers = {"authorization": f"Bearer {secret}"}
    call = getattr(Client(), method)
    response = call(path, data=data or None, content_type="application/json", headers=headers)
    return response.status_code, response.headers.get("WWW-Authenticate", "")


def test_token_opens_the_api_and_only_its_hash_is_kept(agent: User) -> None:
    token, secret = actions.create_token(agent, name="script", by=agent)
    assert ask(secret)[0] == 200
    stored = ApiToken.objects.values().get(pk=token.pk)
    assert secret not in str(stored)
    assert stored["digest"] == digest_of(secret)
    assert len(secret) > 40


@pytest.mark.parametrize("secret", ["vgi_unknown", "", "x" * 5000, "é", "a b", "vgi_\x00"])
def test_unknown_token_is_401_and_says_how(secret: str, db: None) -> None:
    status, challenge = ask(secret)
    assert status in {400, 401}
    if status == 401:
        assert challenge.startswith("Bearer")


def test_expired_revoked_and_inactive_are_401(agent: User) -> None:
    token, secret = actions.create_token(agent, name="x", by=agent)
    for changes in ({"expires_at": timezone.now() - timedelta(seconds=1)}, {"revoked_at": timezone.now()}):
        before = ApiToken.objects.values(*changes).get(pk=token.pk)
        ApiToken.objects.filter(pk=token.pk).update(**changes)
        assert ask(secret)[0] == 401
        ApiToken.objects.filter(pk=token.pk).update(**before)
    assert ask(secret)[0] == 200
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert ask(secret)[0] == 401


def test_reading_token_cannot_write(administrator: User) -> None:
    _token, secret = actions.create_token(administrator, name="x", scopes=["read"], by=administrator)
    assert ask(secret, ME, "patch", first_name="New")[0] == 403
    _token, secret = actions.create_token(administrator, name="y", scopes=["write"], by=administrator)
    assert ask(secret, ME, "patch", first_name="New")[0] == 200


def test_narrow_token_has_only_the_rights_of_its_group(administrator: User) -> None:
    data = {"name": "Desk", "level": "n1", "entity": administrator.entity_id}
    _token, secret = actions.create_token(
        administrator, name="x", scopes=["write", "tickets"], by=administrator
    )
    assert ask(secret, "/api/v1/teams/", "post", **data)[0] == 403
    _token, secret = actions.create_token(
        administrator, name="y", scopes=["write", "accounts"], by=administrator
    )
    assert ask(secret, "/api/v1/teams/", "post", **data)[0] == 201


def test_last_use_is_written_at_most_once_a_minute(agent: User) -> None:
    token, secret = actions.create_token(agent, name="x", by=agent)
    ask(secret)
    token.refresh_from_db()
    first = token.last_used_at
    assert first
    ask(secret)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=first - timedelta(minutes=2))
    ask(secret)
    token.refresh_from_db()
    assert token.last_used_at >= first


def test_guessed_tokens_end_with_429(db: None) -> None:
    assert 429 in [ask(f"vgi_guess{number}")[0] for number in range(12)]


@pytest.mark.parametrize(
    "wrong", [{"days": 0}, {"days": 4000}, {"scopes": ["all"]}, {"scopes": ["tickets"]}, {"name": ""}]
)
def test_wrong_token_is_refused(agent: User, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        actions.create_token(agent, **({"name": "x"} | wrong), by=agent)  # type: ignore[arg-type]


def test_command_prints_the_token_alone_on_its_last_line(
    agent: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("token", agent.email.upper(), "--days", "5")
    secret = capsys.readouterr().out.rstrip("\n").splitlines()[-1]
    assert ApiToken.objects.get(digest=digest_of(secret)).scopes == ["write"]
    with pytest.raises(CommandError):
        call_command("token", "nobody@example.org")
    with pytest.raises(CommandError):
        call_command("token", agent.email, "--scopes", "everything")
    make_user(email="off@example.org", entity=agent.entity, is_active=False)
    with pytest.raises(CommandError):
        call_command("token", "off@example.org")
