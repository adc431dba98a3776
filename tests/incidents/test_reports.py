"""The incident report: true facts, in the reader's language, with money only for who may see it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from accounts.models import Entity, User
from core.exceptions import Refused, StaleVersion
from incidents.actions import (
    communicate,
    finalise_report,
    review_major,
    set_follow_ups,
    write_entry,
    write_report,
)
from incidents.facts import TIMELINE_LINES, facts_of
from incidents.models import MajorIncident
from incidents.report import report_pdf
from services.actions import create_item, install_item_types
from services.models import ItemType, Service
from tickets.actions import comment, move, open_ticket, set_items, take
from tickets.actions.ledger import add_cost, log_time
from tickets.choices import CommentKind, Status, Verb
from tickets.models import Attachment, Event, ResolutionCode, Ticket

JSON: dict[str, Any] = {"content_type": "application/json"}
# A Friday at 16:00 in Paris, in winter.
FRIDAY = datetime(2026, 1, 16, 15, 0, tzinfo=UTC)


@pytest.fixture
def solved(requester: User, agent: User, mail_service: Service) -> Ticket:
    """An incident of a Friday afternoon, solved on Monday morning."""
    ticket = open_ticket(
        "incident", by=requester, title="No mail", description="Nothing **arrives**.", service=mail_service, at=FRIDAY,
        details={"workaround": "Use the telephone"},
    )  # fmt: skip
    take(ticket, by=agent, at=FRIDAY + timedelta(minutes=10))
    comment(ticket, by=agent, body="We look at the server.", at=FRIDAY + timedelta(minutes=20))
    comment(
        ticket,
        by=agent,
        body="A secret of ours",
        kind=CommentKind.INTERNAL,
        at=FRIDAY + timedelta(minutes=30),
    )
    values = {
        "cause": "The disk was full", "solution": "1. Emptied it\n2. Added an alarm",
        "resolution_code": ResolutionCode.objects.get(slug="software-fix"),
    }  # fmt: skip
    return move(ticket, Status.RESOLVED, by=agent, values=values, at=datetime(2026, 1, 19, 9, 0, tzinfo=UTC))


def read(ticket: Ticket, user: User, language: str = "en") -> str:
    """All that the report says, its lines joined."""
    with translation.override(language):
        content = report_pdf(Ticket.objects.get(pk=ticket.pk), user, language=language)
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_times_are_told_by_the_clock_and_by_opening_hours(solved: Ticket, agent: User) -> None:
    told = facts_of(solved, agent)
    assert told.wall_seconds == timedelta(days=2, hours=18).total_seconds()
    # 16:00–18:00 on Friday, 8:30–10:00 on Monday.
    assert told.open_seconds == timedelta(hours=3, minutes=30).total_seconds()


def test_report_says_what_happened_and_no_secret(solved: Ticket, agent: User) -> None:
    said = read(solved, agent)
    for words in (
        "Incident report", solved.reference, "No mail", "The disk was full", "Emptied it", "Use the telephone",
        "We look at the server", "Rosa Requester", "School", "Mail",
    ):  # fmt: skip
        assert words in said
    assert "A secret of ours" not in said


def test_report_is_in_the_readers_language(solved: Ticket, agent: User, client: Client) -> None:
    User.objects.filter(pk=agent.pk).update(language="fr")
    client.force_login(agent)
    content = client.get(f"/incidents/{solved.reference}/report.pdf").content
    root: Any = PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert root["/Lang"] == "fr"


def test_items_are_named_to_who_sees_them(
    solved: Ticket, agent: User, requester: User, school: Entity
) -> None:
    install_item_types()
    kind = ItemType.objects.get(slug="serveur")
    server = create_item(code="SRV-1", name="Mail server", item_type=kind, entity=school, by=None)
    set_items(solved, [server], by=agent)
    assert facts_of(solved, agent).items == [str(server)]
    assert facts_of(solved, requester).items == []
    assert "Mail server" in read(solved, agent)


def test_money_is_for_who_may_see_it(solved: Ticket, agent: User, lead: User) -> None:
    log_time(solved, by=agent, minutes=90)
    add_cost(solved, by=agent, nature="hardware", label="Disk", amount=Decimal("120.50"))
    assert "120.50" in read(solved, lead)
    cheap = read(solved, agent)
    assert "1 h 30" in cheap
    assert "120.50" not in cheap
    assert facts_of(solved, agent).costs is None


def test_written_part_and_actions_are_in_it(solved: Ticket, agent: User, requester: User) -> None:
    actions = [{"text": "Watch the disk", "owner": agent, "due_on": None}]
    report = write_report(
        solved, by=agent, summary="Two days without mail.", learnt="Alarms help.", follow_ups=actions
    )
    said = read(solved, agent)
    assert all(
        words in said for words in ("Two days without mail.", "Alarms help.", "Watch the disk", "Anna Agent")
    )
    with pytest.raises(StaleVersion):
        write_report(solved, by=agent, summary="Other", version=report.version - 1)
    with pytest.raises(PermissionDenied):
        write_report(solved, by=requester, summary="Mine")
    with pytest.raises(Refused):
        set_follow_ups(solved, [{"text": f"Action {number}"} for number in range(51)], by=agent)
    with pytest.raises(Refused):
        write_report(solved, by=agent, learnt="x" * 20_001)


def test_finalised_report_is_kept_as_an_internal_file(solved: Ticket, agent: User, requester: User) -> None:
    report = finalise_report(solved, by=agent, language="fr")
    assert report.document is not None
    assert not report.document.is_public
    assert not Attachment.objects.visible_to(requester).filter(pk=report.document.pk).exists()
    event = Event.objects.get(ticket=solved, verb=Verb.REPORTED)
    assert event.data["sha256"] == report.document.sha256
    assert not event.is_public
    fresh = open_ticket("incident", by=requester, title="Still open")
    with pytest.raises(PermissionDenied):
        finalise_report(fresh, by=requester, language="fr")
    with pytest.raises(Refused):
        finalise_report(open_ticket("incident", by=agent, title="Still open"), by=agent, language="fr")


def test_long_timeline_keeps_its_beginning_and_its_end(solved: Ticket, agent: User) -> None:
    for number in range(60):
        comment(solved, by=agent, body=f"Word {number}", at=FRIDAY + timedelta(days=4, minutes=number))
    told = facts_of(solved, agent)
    assert len(told.lines) == TIMELINE_LINES
    assert told.lines_left_out == 24
    assert told.lines[0].at == FRIDAY
    assert "Word 59" in told.lines[-1].text
    assert "24 further events" in read(solved, agent)


def test_report_of_a_major_incident_has_its_children_and_its_log(
    major: MajorIncident, children: list[Ticket], lead: User, agent: User, colleague: User
) -> None:
    write_entry(major, "Called the supplier", by=agent)
    communicate(major, "We are on it", by=lead)
    values = {
        "cause": "A disk",
        "solution": "Emptied",
        "resolution_code": ResolutionCode.objects.get(slug="software-fix"),
    }
    move(major.incident, Status.RESOLVED, by=lead, values=values)
    review_major(major, by=lead, what_happened="The disk filled up", went_well="Quick", to_improve="Alarms")
    said = read(major.incident, lead)
    for words in (
        "Major incident", children[1].reference, "Called the supplier", "We are on it", "The disk filled up", "Quick",
        "Alarms", "Everybody", "Lea Lead",
    ):  # fmt: skip
        assert words in said
    told = facts_of(Ticket.objects.get(pk=major.incident_id), lead)
    assert (told.people, told.children_count) == (2, 2)
    assert told.reach >= 5


def test_report_survives_whatever_was_typed(requester: User, agent: User, mail_service: Service) -> None:
    nasty = "🖨 \u202e‮ #panic() <b>x</b> $a$ 中文 العربية " + "w" * 300 + "\n\n* a\n  * b\n\n```\n#let x\n```"
    ticket = open_ticket("incident", by=requester, title=nasty[:200], description=nasty, service=mail_service)
    assert "#panic()" in read(ticket, agent)


def test_pages_of_the_report(
    solved: Ticket, agent: User, requester: User, auditor: User, client: Client
) -> None:
    place = f"/incidents/{solved.reference}/report/"
    client.force_login(agent)
    page = client.get(place).content.decode()
    assert "The disk was full" in page
    form = {
        "summary": "Two days", "learnt": "", "follow-TOTAL_FORMS": "1", "follow-INITIAL_FORMS": "0",
        "follow-0-text": "Watch it",
    }  # fmt: skip
    assert client.post(place, {**form, "follow-0-due_on": "soon"}).status_code == 422
    assert client.post(place, form).status_code == 302
    assert "Watch it" in client.get(place).content.decode()
    assert client.post(place, {**form, "version": "9"}).status_code == 409
    assert client.post(f"{place}finalise/").status_code == 302
    assert Attachment.objects.filter(ticket=solved).count() == 1
    describe = f"/incidents/{solved.reference}/describe/"
    assert (
        client.post(describe, {"symptoms": "Error 42", "workaround": "", "cause": "A disk"}).status_code
        == 302
    )
    assert "Error 42" in client.get(place).content.decode()
    client.force_login(auditor)
    assert client.get(place).status_code == 200
    assert client.post(place, form).status_code == 403
    client.force_login(requester)
    assert client.get(place).status_code == 403
    assert client.get(f"/incidents/{solved.reference}/report.pdf").status_code == 403


def test_report_over_the_api(
    solved: Ticket, agent: User, requester: User, outsider: User, client: Client
) -> None:
    client.force_login(agent)
    place = f"/api/v1/incidents/{solved.reference}/report"
    told = client.get(f"{place}/").json()
    assert (told["cause"], told["costs"], told["version"]) == ("The disk was full", None, 0)
    changed = client.patch(
        f"{place}/", {"learnt": "Alarms", "follow_ups": [{"text": "Watch"}]}, **JSON
    ).json()
    assert (changed["learnt"], changed["follow_ups"][0]["text"], changed["version"]) == ("Alarms", "Watch", 2)
    assert client.patch(f"{place}/", {"learnt": "x"}, headers={"if-match": '"v1"'}, **JSON).status_code == 412
    assert client.get(f"{place}.pdf").content[:5] == b"%PDF-"
    assert client.post(f"{place}/finalise/", {}, **JSON).json()["document"].startswith("/attachments/")
    client.force_login(requester)
    assert client.get(f"{place}/").status_code == 403
    assert client.get(f"{place}.pdf").status_code == 403
    client.force_login(outsider)
    assert client.get(f"{place}/").status_code == 404
