"""Taking words out of tickets: replaced where they are the person's own, blanked where they name the person.

Search vectors follow by themselves. Events are append-only; their texts are the one thing that may be taken out of
them, here and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import pgtrigger
from django.db import models, transaction
from django.db.models import F, Func, Q, QuerySet, TextField, Value

from tickets import kinds
from tickets.models import Attachment, Comment, CommentVersion, Event, Intervention, Ticket

# What stands where words were; no sentence, so that it says the same in every language.
BLANK = "[…]"
EVENTS_PROTECTION = "tickets.Event:append_only"
# Changes whose values are texts that people wrote.
_TEXTS = frozenset({"title", "description", "solution", "priority_reason"})
_BATCH = 500


def blank(rows: QuerySet[Any], *columns: str) -> int:
    """Replace texts of rows whole; returns how many rows that was."""
    filled = Q()
    for column in columns:
        filled |= ~Q(**{column: ""})
    return rows.filter(filled).update(**dict.fromkeys(columns, BLANK))


def pass_over(rows: QuerySet[Any], words: Sequence[str], *columns: str) -> int:
    """Replace the words wherever they stand in texts, whatever their case."""
    changed = 0
    for column in columns:
        for word in words:
            hit = rows.filter(**{f"{column}__icontains": word})
            changed += hit.update(**{column: _without(F(column), word)})
    return changed


def _without(text: Any, word: str) -> Func:
    """The text with the word passed over, by a pattern in which nothing is special."""
    pattern = "".join(char if char.isalnum() or char == " " else f"\\{char}" for char in word)
    return Func(
        text, Value(pattern), Value(BLANK), Value("gi"), function="regexp_replace", output_field=TextField()
    )


def bump(tickets: QuerySet[Ticket]) -> None:
    """Count a new version: what a program holds of the tickets is out of date."""
    tickets.update(version=F("version") + 1)


def blank_comments(comments: QuerySet[Comment]) -> int:
    """Replace messages and their earlier wordings."""
    blank(CommentVersion.objects.filter(comment__in=comments.values("pk")), "body")
    return blank(comments, "body")


def drop_files(files: QuerySet[Attachment]) -> int:
    """Delete the content of files once this is committed; the rows stay nameless, for the timeline."""
    count = 0
    for file in files.exclude(name=BLANK):
        if name := file.file.name:
            transaction.on_commit(partial(file.file.storage.delete, name))
        count += 1
    files.update(name=BLANK, size=0, sha256="", content_type="application/octet-stream")
    return count


def drop_signatures(visits: QuerySet[Intervention]) -> None:
    """Delete the signatures on sheets, once this is committed."""
    for visit in visits.exclude(signature=""):
        transaction.on_commit(partial(visit.signature.storage.delete, visit.signature.name or ""))
    visits.update(signature="", signer_name="")


def details_of(tickets: QuerySet[Ticket]) -> Iterable[tuple[QuerySet[Any], list[str]]]:
    """The rows of the kinds' own columns, with the names of those that hold free text."""
    for kind in kinds.registry.all():
        model = kind.details_model()
        if model is not None:
            texts = [
                field.name for field in model._meta.concrete_fields if isinstance(field, models.TextField)
            ]
            if texts:
                yield model._default_manager.filter(ticket__in=tickets.values("pk")), texts


def clean_events(tickets: QuerySet[Ticket], words: Sequence[str], *, whole: bool) -> int:
    """Take texts out of the events of tickets: what was changed in their texts, and the words anywhere.

    `whole` takes out every text that a person wrote.
    """
    rows = Event.objects.filter(ticket__in=tickets.values("pk")).exclude(data={}).only("pk", "data")
    changed = []
    for event in rows.iterator(chunk_size=_BATCH):
        cleaned = _cleaned(event.data, words, whole=whole)
        if cleaned != event.data:
            event.data = cleaned
            changed.append(event)
    with pgtrigger.ignore(EVENTS_PROTECTION):
        Event.objects.bulk_update(changed, ["data"], batch_size=_BATCH)
    return len(changed)


def _cleaned(data: dict[str, Any], words: Sequence[str], *, whole: bool) -> dict[str, Any]:
    cleaned = {name: _told(name, value, words, whole=whole) for name, value in data.items()}
    changes = data.get("changes")
    if isinstance(changes, dict):
        cleaned["changes"] = {name: _change(name, pair, words, whole=whole) for name, pair in changes.items()}
    return cleaned


def _change(name: str, pair: Any, words: Sequence[str], *, whole: bool) -> Any:
    is_text = name in _TEXTS or name.startswith(("details.", "fields."))
    if is_text and isinstance(pair, list):
        return [BLANK if isinstance(value, str) and value else value for value in pair]
    return _told(name, pair, words, whole=False)


def _told(name: str, value: Any, words: Sequence[str], *, whole: bool) -> Any:
    if whole and name in ("reason", *_TEXTS) and isinstance(value, str) and value:
        return BLANK
    text = json.dumps(value, ensure_ascii=False)
    for word in words:
        text = text.replace(json.dumps(word, ensure_ascii=False)[1:-1], BLANK)
    return json.loads(text)
