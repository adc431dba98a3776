"""Reading request bodies: whatever is sent, the answer names what is wrong, and nothing unstorable gets through."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import JSONRenderer

from core.exceptions import Refused

MAX_DEPTH = 20
# What a multipart body holds beside its files.
MARGIN = 1024 * 1024

# A cheap first look: only a text that matches is walked. PostgreSQL stores neither NUL nor half of a surrogate pair.
_SUSPECT = re.compile(r"\\u(0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class CleanJSONParser(BaseParser):
    """Strict JSON: UTF-8, finite numbers, bounded in size and depth, no NUL and no lone surrogate."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value sent. Raises `ParseError` where it is not JSON, `Refused` naming a field that cannot be stored."""
        text = _text(_bounded(stream))
        try:
            value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            raise ParseError(
                _("The body is not valid JSON: %(reason)s") % {"reason": _reason(error)}
            ) from error
        _check_depth(value)
        if _SUSPECT.search(text):
            _check_texts(value)
        return value


class FilesParser(MultiPartParser):
    """`multipart/form-data`, refused by its announced length before anything is read."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The texts and files sent. Raises `Refused` naming `files` where they are too large together."""
        length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0) if parser_context else 0
        limit: int = settings.ATTACHMENT_MAX_BYTES
        if length > limit + MARGIN:
            raise Refused({"files": _("At most %(limit)d MB in one request.") % {"limit": limit // 2**20}})
        return super().parse(stream, media_type, parser_context)


def _bounded(stream: IO[Any]) -> bytes:
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise RequestDataTooBig
    return body


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ParseError(_("The body is not valid UTF-8.")) from error


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return _("line %(line)d, column %(column)d.") % {"line": error.lineno, "column": error.colno}
    return _("a value is too deep, too large or not a number.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level := [inner for outer in level for inner in _inside(outer)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise ParseError(_("The body is nested too deeply."))


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [inner for inner in value.values() if isinstance(inner, dict | list)]
    if isinstance(value, list):
        return [inner for inner in value if isinstance(inner, dict | list)]
    return []


def _check_texts(value: Any) -> None:
    bad = [path for path, text in _texts(value, "") if _UNSTORABLE.search(text)]
    if bad:
        message = _("This text holds a character that cannot be stored.")
        raise Refused({_UNSTORABLE.sub("?", path): message for path in bad})


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text with its dotted path; a key counts as a text of its own."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            inner_path = f"{path}.{name}" if path else name
            yield inner_path, name
            yield from _texts(inner, inner_path)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{place}" if path else str(place))
