"""Settings that stop the start with one message."""

import base64
import secrets
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from itsm import environment as env

GOOD = {
    "SECRET_KEY": secrets.token_urlsafe(48),
    "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "PUBLIC_URL": "https://help.example.org",
    "EMAIL_URL": "smtp://vigie:secret@mail.example.org:587?tls=1",
}
NAMES = [
    *GOOD,
    "DATABASE_URL",
    "REDIS_URL",
    "CACHE_URL",
    "ALLOWED_HOSTS",
    "DEBUG",
    "PROBE_TOKEN",
    "DEMO_PASSWORD",
]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def complaint(var: Path, **variables: str) -> str:
    """What production says of these variables; empty where it starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        env.secret("SECRET_KEY", var=var, required=True)
        env.field_keys(var, required=True)
        env.public_url(default="http://127.0.0.1:8000", required=True)
        env.email(required=True)
        env.database_url(var)
        debug = env.flag("DEBUG", default=False)
        try:
            env.stop_if_unsafe(production=True, debug=debug, hosts=env.words("ALLOWED_HOSTS"))
        except ImproperlyConfigured as problem:
            return str(problem)
    return ""


def test_good_settings_start(tmp_path: Path) -> None:
    assert complaint(tmp_path, **GOOD) == ""


def test_everything_missing_is_told_at_once(tmp_path: Path) -> None:
    told = complaint(tmp_path)
    assert all(f"{name} is missing" in told for name in GOOD)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SECRET_KEY", "short", "shorter than 50"),
        ("SECRET_KEY", "change-me" * 10, "is the sample"),
        ("FIELD_KEYS", "not-base64", "not 32 bytes"),
        ("PUBLIC_URL", "help.example.org", "must be a scheme and a host"),
        ("PUBLIC_URL", "http://help.example.org", "not https"),
        ("PUBLIC_URL", "https://help.example.org:999999", "must be a scheme and a host"),
        ("EMAIL_URL", "ftp://x", "must be smtp"),
        ("EMAIL_URL", "smtp://vigie:change-me@mail.example.org", "still holds the sample"),
        ("DEBUG", "1", "Set DEBUG=0"),
        ("DEBUG", "perhaps", "must be 1 or 0"),
        ("ALLOWED_HOSTS", "*", "accepts any Host header"),
        ("DATABASE_URL", "mysql://x/y", "must lead to PostgreSQL"),
    ],
)
def test_an_unsafe_setting_stops_the_start_and_says_what_to_set(
    tmp_path: Path, name: str, value: str, told: str
) -> None:
    found = complaint(tmp_path, **{**GOOD, name: value})
    assert told in found
    assert name in found


def test_broker_and_cache_on_one_server_are_refused(tmp_path: Path) -> None:
    one = "redis://valkey.example.org/0"
    assert "CACHE_URL is the broker's address" in complaint(tmp_path, **GOOD, REDIS_URL=one, CACHE_URL=one)


def test_a_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = env.secret("SECRET_KEY", var=tmp_path, required=False)
    assert env.secret("SECRET_KEY", var=tmp_path, required=False) == first
    assert (tmp_path / "secrets" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_mail_settings_follow_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtps://me%40example.org:p%2Fw@mail.example.org")
    found = env.email(required=True)
    assert found["EMAIL_HOST_USER"] == "me@example.org"
    assert found["EMAIL_HOST_PASSWORD"] == "p/w"
    assert (found["EMAIL_PORT"], found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == (465, True, False)
