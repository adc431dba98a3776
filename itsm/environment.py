"""Reads the environment variables for `settings`; what is missing or unsafe is collected and told in one message."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from itsm.places import generated_secret, places

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SAMPLE_MARK = "change-me"
SECRET_LENGTH = 50
HOW_TO_RANDOM = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
_problems: list[str] = []


def flag(name: str, *, default: bool) -> bool:
    """A yes/no variable: 1, true, yes, on; 0, false, no, off."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        _problems.append(f"{name} must be 1 or 0, not {value!r}.")
    return value in {"1", "true", "yes", "on"}


def number(name: str, *, default: int, most: int = 1_000_000) -> int:
    """A whole number from 1 to `most`."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not 0 < int(value) <= most:
        _problems.append(f"{name} must be a whole number from 1 to {most}, not {value!r}.")
        return default
    return int(value)


def words(name: str) -> list[str]:
    """A list separated by commas or spaces."""
    return os.environ.get(name, "").replace(",", " ").split()


def secret(name: str, *, var: Path, required: bool) -> str:
    """A secret of at least 50 characters; generated once under `var/secrets` where it may be missing."""
    value = os.environ.get(name, "")
    if value:
        if SAMPLE_MARK in value or len(value) < SECRET_LENGTH:
            _problems.append(
                f"{name} is the sample or shorter than {SECRET_LENGTH} characters. Set a random one: {HOW_TO_RANDOM}"
            )
        return value
    if required:
        _problems.append(f"{name} is missing. Set a random one: {HOW_TO_RANDOM}")
        return "missing"
    return generated_secret(var, name.lower().replace("_", "-"))


def field_keys(var: Path, *, required: bool) -> list[str]:
    """Keys of the encrypted columns, newest first: the first encrypts, all decrypt."""
    keys = words("FIELD_KEYS")
    advice = "python3 -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())'"
    if not keys and required:
        _problems.append(
            f"FIELD_KEYS is missing (it encrypts columns and must outlive SECRET_KEY). Set the output of: {advice}"
        )
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            _problems.append(
                f"FIELD_KEYS holds a key that is not 32 bytes in base64. Set the output of: {advice}"
            )
    if keys or required:
        return keys
    return [generated_secret(var, "field-key", Fernet.generate_key().decode())]


def demo_password(var: Path, *, generated: bool) -> str:
    """The password of the demo accounts: DEMO_PASSWORD, or one of this installation's own; empty where neither is."""
    given = os.environ.get("DEMO_PASSWORD", "")
    if given or not generated:
        return given
    return generated_secret(var, "demo-password", secrets.token_urlsafe(12))


def public_url(*, default: str, required: bool) -> str:
    """Scheme and host under which people reach the portal; links in mails and passkeys are made from it."""
    value = os.environ.get("PUBLIC_URL", "").rstrip("/")
    if not value:
        if required:
            _problems.append(
                "PUBLIC_URL is missing. Set the address people use, such as https://help.example.org"
            )
        return default
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or not _has_good_port(value):
        _problems.append(
            f"PUBLIC_URL must be a scheme and a host, such as https://help.example.org, not {value!r}."
        )
        return default
    if required and parts.scheme == "http" and not is_loopback(value):
        _problems.append(
            "PUBLIC_URL is not https, so passwords would travel in clear. Put the portal behind a proxy with TLS "
            "and set its https address."
        )
    return value


def _has_good_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine only."""
    host = urlsplit(url).hostname
    return host in {"127.0.0.1", "localhost", "::1"}


def hosts_of(url: str) -> list[str]:
    """The Host headers to accept for the public address."""
    host = urlsplit(url).hostname or ""
    return list(LOOPBACK) if is_loopback(url) else [host]


def origins_of(url: str, hosts: list[str]) -> list[str]:
    """The origins that may post forms: the public address and, on loopback, its other names."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return sorted({url, *(f"{parts.scheme}://{host.lstrip('.')}{port}" for host in hosts if host != "*")})


def database_url(var: Path) -> str:
    """Address of PostgreSQL: DATABASE_URL or the embedded one."""
    value = os.environ.get("DATABASE_URL", "")
    if not value:
        return places(var).database_url()
    if urlsplit(value).scheme not in {"postgres", "postgresql"}:
        _problems.append(
            "DATABASE_URL must lead to PostgreSQL, such as postgresql://vigie:password@db.example.org:5432/vigie"
        )
        return places(var).database_url()
    return value


def redis_url(name: str, var: Path, *, engine: str) -> str:
    """Address of a Valkey or Redis server, or of the embedded one that plays `engine`."""
    value = os.environ.get(name, "")
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        _problems.append(f"{name} must lead to Valkey or Redis, such as redis://valkey.example.org:6379/0")
        return places(var).socket_url(engine)
    return value or places(var).socket_url(engine)


def kombu_url(url: str) -> str:
    """The same broker address as Celery's transport writes it."""
    return url.replace("unix://", "redis+socket://", 1)


def email(*, required: bool) -> dict[str, Any]:
    """Django's mail settings from EMAIL_URL (smtp://user:password@host:587?tls=1, smtps://…, console:)."""
    value = os.environ.get("EMAIL_URL", "")
    parts = urlsplit(value)
    backend = "django.core.mail.backends.console.EmailBackend"
    if not value:
        if required:
            _problems.append(
                "EMAIL_URL is missing. Set smtp://user:password@mail.example.org:587?tls=1, or console: to only print"
            )
        return {"EMAIL_BACKEND": backend}
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": backend}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        _problems.append("EMAIL_URL must be smtp://, smtps:// or console:")
        return {"EMAIL_BACKEND": backend}
    implicit = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if implicit else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": implicit,
        "EMAIL_USE_TLS": not implicit and parse_qs(parts.query).get("tls", ["0"])[0] in {"1", "true"},
        "EMAIL_TIMEOUT": 20,
    }


def stop_if_unsafe(*, production: bool, debug: bool, hosts: list[str]) -> None:
    """Raise ImproperlyConfigured with everything that must be set before the portal may start."""
    if production and debug:
        _problems.append(
            "DEBUG is on while DATABASE_URL leads to a real server: it shows secrets. Set DEBUG=0."
        )
    if production and "*" in hosts:
        _problems.append(
            "ALLOWED_HOSTS=* accepts any Host header. Set the names people use, such as help.example.org"
        )
    _problems.extend(
        f"{name} still holds the sample {SAMPLE_MARK!r}. Put the real one."
        for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "EMAIL_URL", "PROBE_TOKEN", "DEMO_PASSWORD")
        if SAMPLE_MARK in os.environ.get(name, "")
    )
    if os.environ.get("REDIS_URL") and os.environ.get("REDIS_URL") == os.environ.get("CACHE_URL"):
        _problems.append(
            "CACHE_URL is the broker's address: emptying the cache would lose tasks. Give it its own server."
        )
    found, _problems[:] = list(_problems), []
    if found:
        lines = "\n".join(f"  - {problem}" for problem in found)
        raise ImproperlyConfigured(
            f"The portal cannot start with these settings (see .env.example):\n{lines}"
        )


def logging(*, debug: bool) -> dict[str, Any]:
    """Logging to standard output: plain lines under `serve`, JSON with LOG_FORMAT=json."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    as_json = os.environ.get("LOG_FORMAT", "plain") == "json"
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": renderer,
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["out"], "level": os.environ.get("LOG_LEVEL", "INFO" if debug else "WARNING")},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "django_structlog": {"level": "WARNING"},
            "vigie": {"level": "INFO"},
        },
    }
