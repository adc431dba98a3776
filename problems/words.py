"""The sentences of the timeline that problems add."""

from django.utils.translation import gettext as _

from problems.models import CauseMethod
from tickets.choices import Verb
from tickets.models import Event
from tickets.timeline import SENTENCES, Names, other


def _analysed(event: Event, names: Names) -> str:
    said = {"text": str(event.data.get("text", ""))}
    if event.data.get("method") == CauseMethod.WHY:
        return _why(event) % said
    match event.data.get("act"):
        case "added":
            return _("supposes a cause: “%(text)s”") % said
        case "confirmed":
            return _("confirmed the cause “%(text)s”") % said
        case "ruled_out":
            return _("ruled out the cause “%(text)s”") % said
        case "removed":
            return _("removed the supposed cause “%(text)s”") % said
        case _:
            return _("went on with the analysis of “%(text)s”") % said


def _why(event: Event) -> str:
    match event.data.get("act"):
        case "added":
            return _("asked why, and answered “%(text)s”")
        case "removed":
            return _("took “%(text)s” out of the chain of whys")
        case _:
            return _("went on with the chain of whys at “%(text)s”")


def register() -> None:
    """Add the sentences."""
    SENTENCES[Verb.ANALYSED] = _analysed
    SENTENCES[Verb.CAUSE_SOLVED] = lambda event, names: (
        _("solved the problem behind it, %(other)s") % {"other": other(event)}
    )
