"""Bodies as strangers send them."""

import io
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError

from core.api.parsers import CleanJSONParser
from core.exceptions import Refused


def parse(body: bytes) -> Any:
    return CleanJSONParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"[" * 50 + b"]" * 50,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"title": "a\x00b"}',
    ],
)
def test_what_is_not_sane_json_is_malformed(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse(body)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (rb'{"title": "a\u0000b"}', "title"),
        (rb'{"title": "\ud800"}', "title"),
        (rb'{"details": {"cause": "\udfff!"}}', "details.cause"),
        (rb'{"tags": ["fine", "\u0000"]}', "tags.1"),
    ],
)
def test_text_that_cannot_be_stored_names_its_field(body: bytes, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(body)
    assert list(refusal.value.errors) == [field]


def test_a_bad_key_is_named_without_its_bad_character() -> None:
    with pytest.raises(Refused) as refusal:
        parse(rb'{"a\u0000": 1}')
    assert list(refusal.value.errors) == ["a?"]


@pytest.mark.parametrize("text", ["🚒", "مرحبا", "a\\nb", "\\\\u0000", "\\ud83d\\ude92"])
def test_emoji_directions_and_escapes_are_read(text: str) -> None:
    assert parse(f'{{"title": "{text}"}}'.encode())["title"]


def test_a_body_over_the_limit_is_not_read_whole(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = io.BytesIO(b'{"a": "' + b"x" * 1000 + b'"}')
    with pytest.raises(RequestDataTooBig):
        CleanJSONParser().parse(body)
    assert body.tell() == 101
