"""Small pieces of HTML that lists repeat hundreds of times, built here once for the table cells and the tags
alike.

They are format strings and not templates: 25 rows of 8 cells through template files cost ten times as much.
What a
person typed is always escaped by `format_html`.
"""

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext as _

from core import times
from core.choices import Criticality, Priority

ICONS = Path(settings.BASE_DIR) / "static" / "vendor" / "icons"

# Status → the signal it carries and its icon; a status without a line here is neutral.
STATUSES = {
    "new": ("information", "circle-dashed"),
    "assigned": ("neutral", "user-check"),
    "in_progress": ("accent", "circle-half-2"),
    "pending": ("waiting", "clock-pause"),
    "awaiting_approval": ("waiting", "hourglass"),
    "planned": ("information", "calendar-event"),
    "cause_known": ("accent", "bulb"),
    "known_error": ("soon", "alert-triangle"),
    "draft": ("neutral", "pencil"),
    "proposed": ("information", "send"),
    "evaluated": ("waiting", "hourglass"),
    "approved": ("good", "checks"),
    "refused": ("late", "circle-x"),
    "done": ("good", "circle-check"),
    "backed_out": ("late", "arrow-back-up"),
    "reviewed": ("neutral", "clipboard-list"),
    "resolved": ("good", "circle-check"),
    "closed": ("neutral", "archive"),
    "cancelled": ("neutral", "ban"),
}
TONE_ICONS = {
    "late": "alert-circle",
    "soon": "clock-exclamation",
    "waiting": "clock-pause",
    "good": "circle-check",
    "information": "info-circle",
}
KIND_ICONS = {
    "incident": "flame",
    "request": "lifebuoy",
    "problem": "target",
    "change": "transfer",
    "task": "checklist",
}
EMPTY = mark_safe('<span class="faint">–</span>')


@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> SafeString:
    """An icon as inline SVG; it is hidden from screen readers unless it has a label of its own."""
    try:
        source = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        source = "<svg><path/></svg>"
    start = source.index(">", source.index("<svg")) + 1
    inner = " ".join(source[start : source.rindex("</svg>")].split())
    inner = inner.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").replace(" />", "/>")
    naming = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return mark_safe(f'<svg class="i" viewBox="0 0 24 24" {naming}>{inner.strip()}</svg>')  # noqa: S308 - our files


def tag(label: str | Promise, tone: str = "neutral", icon_name: str | None = None) -> SafeString:
    """A short state: icon and word on a quiet ground of its signal colour."""
    picture = TONE_ICONS.get(tone, "") if icon_name is None else icon_name
    return format_html('<span class="tag is-{}">{}{}</span>', tone, icon(picture) if picture else "", label)


def status(value: str, label: str | Promise) -> SafeString:
    """A status: its icon in its signal colour, then its word."""
    return _status(str(value), str(label))


@lru_cache(maxsize=128)
def _status(value: str, label: str) -> SafeString:
    tone, picture = STATUSES.get(value, ("neutral", "point"))
    return format_html('<span class="status is-{}">{}{}</span>', tone, icon(picture), label)


def priority(value: int | None, *, long: bool = False) -> SafeString:
    """A priority: bars and P1 … P5; the long form says it in full."""
    return _priority(value, long, get_language() or "") if value else EMPTY


@lru_cache(maxsize=64)
def _priority(value: int, long: object, language: str) -> SafeString:
    label = str(Priority(value).label)
    bars = "".join(
        f'<rect x="{1 + 5 * n}" y="{11 - 3 * n}" width="3.5" height="{4 + 3 * n}" rx="1"'
        f"{'' if n < 5 - value else ' class=off'}/>"
        for n in range(4)
    )
    picture = f'<svg class="bars" viewBox="0 0 20 16" aria-hidden="true">{bars}</svg>'
    shown = label if long else f"P{value}"
    drawn = mark_safe(picture)  # noqa: S308 - built from numbers
    return format_html('<span class="priority is-p{}" title="{}">{}{}</span>', value, label, drawn, shown)


def criticality(value: int | None) -> SafeString:
    """How much depends on a service, in words, with a signal on the highest two."""
    if not value:
        return EMPTY
    tone = {4: "late", 3: "soon"}.get(value, "neutral")
    return tag(Criticality(value).label, tone, "" if tone == "neutral" else "alert-triangle")


def kind(value: str, label: str | Promise) -> SafeString:
    """A kind of ticket: its icon and word."""
    return format_html('<span class="kind">{}{}</span>', icon(KIND_ICONS.get(str(value), "ticket")), label)


def when(at: datetime | date | None, *, focusable: bool = False, now: datetime | None = None) -> SafeString:
    """A time relative to now, with the exact one on hover (and on focus where it may take focus)."""
    if at is None:
        return EMPTY
    exact = escape(times.exact(at))
    shown = escape(times.relative(at, now)) if isinstance(at, datetime) else exact
    # Where it takes focus the style sheet shows the exact time; elsewhere the browser does, on hover.
    extra = f'data-exact="{exact}" tabindex="0"' if focusable else f'title="{exact}"'
    return mark_safe(f'<time class="when" datetime="{at.isoformat()}" {extra}>{shown}</time>')  # noqa: S308 - escaped


def due(at: datetime | None, *, ended: bool = False, now: datetime | None = None) -> SafeString:
    """A due time with its signal; once the work has ended it is only a time."""
    if at is None:
        return EMPTY
    if ended:
        return when(at, now=now)
    words = times.due(at, now)
    picture = icon(TONE_ICONS[words.state]) if words.state else ""
    return format_html(
        '<time class="due is-{}" datetime="{}" title="{}">{}{}</time>',
        words.state or "neutral", at.isoformat(), times.exact(at), picture, words.text,
    )  # fmt: skip


def initials(name: str) -> str:
    """At most two letters that stand for a name."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def avatar(name: str, seed: int = 0) -> SafeString:
    """The initials of a name on a ground of their own; decoration, so hidden from screen readers."""
    return format_html('<span class="avatar hue-{}" aria-hidden="true">{}</span>', seed % 8, initials(name))


def person(who: object | None, *, none: str | Promise = "") -> SafeString:
    """A person or team: initials and name; `none` is what stands for nobody."""
    if who is None:
        return format_html('<span class="faint">{}</span>', none) if none else EMPTY
    name = str(who)
    return format_html(
        '<span class="person">{}<span>{}</span></span>', avatar(name, getattr(who, "pk", 0) or 0), name
    )


def link(address: str, label: object) -> SafeString:
    """A link; the label is escaped unless it is safe."""
    return format_html('<a href="{}">{}</a>', address, label)


def text(value: object) -> SafeString:
    """A value as text, a dash for nothing, yes or no for a truth value."""
    if value is None or value == "":
        return EMPTY
    if value is True:
        return format_html('<span class="status is-good">{}{}</span>', icon("check"), _("Yes"))
    if value is False:
        return format_html('<span class="faint">{}</span>', _("No"))
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, int):
        return SafeString(times.number(value))
    return conditional_escape(str(value))
