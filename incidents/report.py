"""The incident report as a document that one hands to a director, in the language of its reader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _, ngettext

from accounts.models import User
from core import documents, times
from core.choices import Priority
from incidents.facts import Facts, facts_of
from incidents.models import FollowUp
from tickets.models import Ticket

Section = dict[str, Any]


def report_pdf(ticket: Ticket, user: User, *, language: str) -> bytes:
    """The report as tagged PDF, with what the person may see. Its tables are bounded, so that it stays short."""
    with translation.override(language):
        told = facts_of(ticket, user)
        kind = _("Major incident") if told.major else _("Incident")
        frame = documents.frame(
            _("Incident report"), entity=ticket.entity, kind=f"{kind} {ticket.reference}", lead=ticket.title
        )
        return documents.pdf("report", {"frame": frame, "sections": sections(told)}, language=language)


def sections(told: Facts) -> list[Section]:
    """What the report says, in the language in force."""
    return [
        _in_short(told),
        _course(told),
        _touched(told),
        documents.section(_("Cause"), _prose(told.cause, _("The cause is not known yet."))),
        documents.section(_("Solution"), _prose(told.ticket.solution, _("There is no solution yet."))),
        *([documents.section(_("Workaround"), documents.prose(told.workaround))] if told.workaround else []),
        *_cost(told),
        *_log(told),
        *_learnt(told),
        _actions(told.follow_ups),
    ]


def _prose(text: str, missing: str) -> documents.Block:
    return documents.prose(text) or documents.note(missing)


def _in_short(told: Facts) -> Section:
    """The figures first, then the summary and the facts around it."""
    ticket = told.ticket
    numbers = documents.figures(
        [
            (
                times.span(told.wall_seconds),
                _("from report to solution") if told.ended_at else _("since the report"),
            ),
            (_hours(told.open_seconds), _("of it in opening hours")),
            (times.number(told.people), ngettext("person touched", "people touched", told.people)),
            (f"P{ticket.priority}", _("priority")),
        ]
    )
    summary = (told.report.summary if told.report else "") or (told.major.summary if told.major else "")
    rows = [
        (_("Status"), ticket.get_status_display()),
        (_("Reported"), f"{times.exact(ticket.reported_at)} ({ticket.get_channel_display()})"),
        (_("Solved"), times.exact(told.ended_at) if told.ended_at else _("not yet")),
        (_("Requester"), ticket.requester),
        (_("Handled by"), ", ".join(str(who) for who in (ticket.assignee, ticket.team) if who)),
        (_("Priority"), Priority(ticket.priority).label),
        (_("Urgency and impact"), f"{ticket.get_urgency_display()} / {ticket.get_impact_display()}"),
        (_("Category"), ticket.category),
        (_("Kind of solution"), ticket.resolution_code),
        (_("Reopened"), times.number(ticket.reopened) if ticket.reopened else ""),
    ]
    if told.major:
        rows += [
            (_("Declared major"), f"{times.exact(told.major.declared_at)}, {told.major.declared_by}"),
            (_("Coordinator"), told.major.coordinator),
        ]
    return documents.section(
        _("In short"),
        numbers,
        _prose(summary, _("No summary was written.")),
        documents.facts(rows),
    )


def _hours(seconds: float) -> str:
    """A length of working time: in hours, however long, for its days are not those of the clock."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return times.span(seconds)
    text = _("%(hours)d h %(minutes)02d") if minutes else _("%(hours)d h")
    return text % {"hours": hours, "minutes": minutes}


def _course(told: Facts) -> Section:
    """What happened when."""
    symptoms = documents.prose(told.symptoms or told.ticket.description)
    what = documents.prose(told.major.what_happened) if told.major else None
    rows = [(times.stamp(line.at), line.text, line.who) for line in told.lines]
    more = ngettext(
        "%(count)d further event is in the timeline of the ticket.",
        "%(count)d further events are in the timeline of the ticket.",
        told.lines_left_out,
    )
    return documents.section(
        _("What happened"),
        what or symptoms,
        documents.table([_("When"), _("What"), _("Who")], rows, widths=(3, 8, 3)),
        documents.note(more % {"count": told.lines_left_out}) if told.lines_left_out else None,
    )


def _touched(told: Facts) -> Section:
    """Whom it hindered."""
    places = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in told.entities)
    reach = ngettext("%(count)s person", "%(count)s people", told.reach) % {"count": times.number(told.reach)}
    facts = documents.facts(
        [
            (_("Services"), ", ".join(told.services) or _("Not named")),
            (
                _("Items"),
                ", ".join(told.items) + (f" … (+{told.items_left_out})" if told.items_left_out else ""),
            ),
            (_("Entities"), places),
            (_("Reporting or following it"), times.number(told.people)),
            (_("People of the entities touched"), reach if told.reach else ""),
            (
                _("Incidents with the same cause"),
                times.number(told.children_count) if told.children_count else "",
            ),
        ]
    )
    rows = [
        (row.reference, row.title, row.requester, times.stamp(row.reported_at), row.get_status_display())
        for row in told.children
    ]
    left_out = told.children_count - len(rows)
    more = ngettext("%(count)d further incident.", "%(count)d further incidents.", left_out)
    head = [_("Incident"), _("Title"), _("Requester"), _("Reported"), _("Status")]
    return documents.section(
        _("Whom it touched"),
        facts,
        documents.table(head, rows, widths=(2, 5, 3, 3, 2)),
        documents.note(more % {"count": left_out}) if left_out > 0 else None,
    )


def _cost(told: Facts) -> list[Section]:
    """Time for all readers; money for those who may see it."""
    if not told.minutes and (told.costs is None or not told.costs.cost):
        return []
    rows: list[tuple[str, object]] = [
        (_("Time spent"), times.span(told.minutes * 60) if told.minutes else "")
    ]
    if told.costs is not None:
        rows += [
            (_("Cost of the time"), _euros(told.costs.time_cost)),
            (_("Other costs"), _euros(told.costs.other_cost)),
            (_("Together"), _euros(told.costs.cost)),
        ]
    return [documents.section(_("Time and cost"), documents.facts(rows))]


def _euros(amount: Any) -> str:
    return f"{times.number(amount, 2)}\u00a0€"


def _log(told: Facts) -> list[Section]:
    """The log of a major incident."""
    if told.major is None:
        return []
    rows = [
        (times.stamp(entry.at), entry.body, entry.author, _("Everybody") if entry.is_public else _("Team"))
        for entry in told.log
    ]
    more = ngettext("%(count)d further entry.", "%(count)d further entries.", told.log_left_out)
    table = documents.table([_("When"), _("What"), _("Who"), _("For")], rows, widths=(3, 8, 3, 2))
    return [
        documents.section(
            _("Log"),
            table or documents.note(_("Nothing was written.")),
            documents.note(more % {"count": told.log_left_out}) if told.log_left_out else None,
        )
    ]


def _learnt(told: Facts) -> list[Section]:
    """What is to be remembered; for a major incident also what its review says."""
    learnt = told.report.learnt if told.report else ""
    found = [documents.section(_("What was learnt"), _prose(learnt, _("Nothing was noted.")))]
    if told.major:
        found = [] if not learnt else found
        found += [
            documents.section(_("What went well"), _prose(told.major.went_well, _("Nothing was noted."))),
            documents.section(_("What to improve"), _prose(told.major.to_improve, _("Nothing was noted."))),
        ]
    return found


def _actions(rows: Iterable[FollowUp]) -> Section:
    """What will be done."""
    cells = [
        (
            row.text,
            row.owner or "",
            times.exact(row.due_on) if row.due_on else "",
            _("Done") if row.is_done else "",
        )
        for row in rows
    ]
    table = documents.table([_("Action"), _("Who"), _("Until"), _("State")], cells, widths=(6, 3, 3, 1))
    return documents.section(_("Actions to take"), table or documents.note(_("None was decided.")))
