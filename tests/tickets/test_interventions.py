"""Interventions: who plans them, what a sheet must say, how it is signed, and who learns of it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw
from pypdf import PdfReader

from accounts.models import User
from core.exceptions import Refused, StaleVersion
from core.models import OutboxMessage
from core.outbox import relay
from notifications.models import Notification
from tests.core.processes import running
from tickets.actions import move
from tickets.actions.interventions import (
    cancel_intervention,
    change_intervention,
    finish_intervention,
    overlapping,
    plan_intervention,
    sign_intervention,
    start_intervention,
)
from tickets.choices import Status, Verb
from tickets.models import Attachment, Event, Intervention, InterventionState, Ticket, TimeEntry
from tickets.timeline import entries
from tickets.visits import upcoming

TOMORROW = timedelta(days=1)


def plan(ticket: Ticket, by: User, **given: Any) -> Intervention:
    """An appointment tomorrow for an hour."""
    begin = given.pop("starts_at", timezone.now().replace(microsecond=0) + TOMORROW)
    usual: dict[str, Any] = {
        "technician": by,
        "ends_at": begin + timedelta(hours=1),
        "place": "Building B, floor 2",
    }
    return plan_intervention(ticket, by=by, starts_at=begin, **{**usual, **given})


def written(ticket: Ticket, by: User, **given: Any) -> Intervention:
    """An intervention whose sheet is written."""
    now = timezone.now()
    row = start_intervention(
        plan(ticket, by, starts_at=now - timedelta(hours=2)), by=by, at=now - timedelta(hours=2)
    )
    usual: dict[str, Any] = {"work_done": "Changed the **fuser**", "ended_at": now - timedelta(minutes=30)}
    return finish_intervention(row, by=by, **{**usual, **given})


def drawing(width: int = 400, height: int = 160, *, line: bool = True, kind: str = "PNG") -> bytes:
    """A picture as the canvas makes it."""
    image = Image.new("RGBA" if kind == "PNG" else "RGB", (width, height))
    if line:
        ImageDraw.Draw(image).line((20, 100, 200, 40, 380, 120), fill="#14222a", width=4)
    content = io.BytesIO()
    image.save(content, kind)
    return content.getvalue()


def acts_of(ticket: Ticket) -> list[str]:
    """What the timeline says of interventions."""
    return [
        event.data["act"] for event in Event.objects.filter(ticket=ticket, verb=Verb.VISITED).order_by("pk")
    ]


def test_appointment_is_told_to_the_requester_and_shown_in_the_portal(
    incident: Ticket, agent: User, requester: User, client: Client
) -> None:
    row = plan(incident, agent, purpose="Bring the spare fuser")
    relay()
    assert Notification.objects.filter(user=requester, about="visit").count() == 1
    client.force_login(requester)
    page = client.get(f"/portal/requests/{incident.reference}/").content.decode()
    assert "Building B, floor 2" in page
    assert "spare fuser" not in page
    assert [visit.starts_at for visit in upcoming(entries(incident, requester))] == [row.starts_at]


def test_called_off_appointment_is_no_longer_expected(incident: Ticket, agent: User, requester: User) -> None:
    row = plan(incident, agent)
    cancel_intervention(row, by=agent, reason="The part is late")
    assert upcoming(entries(incident, requester)) == []
    with pytest.raises(Refused):
        start_intervention(row, by=agent)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"place": ""}, "place"),
        ({"ends_at": timezone.now()}, "ends_at"),
        ({"ends_at": timezone.now() + timedelta(days=9)}, "ends_at"),
        ({"starts_at": datetime(2030, 1, 1, 9)}, "starts_at"),  # noqa: DTZ001 - that is the point
        ({"travel_minutes": -5}, "travel_minutes"),
        ({"place": "a\x00b"}, "place"),
    ],
)
def test_appointment_must_make_sense(
    incident: Ticket, agent: User, given: dict[str, Any], field: str
) -> None:
    given.setdefault("ends_at", timezone.now() + TOMORROW + timedelta(hours=1))
    with pytest.raises(Refused) as refused:
        plan(incident, agent, **given)
    assert field in refused.value.errors
    assert not Intervention.objects.exists()


def test_only_who_works_on_the_ticket_plans_and_goes(
    incident: Ticket, agent: User, requester: User, outside_agent: User
) -> None:
    with pytest.raises(PermissionDenied):
        plan(incident, requester)
    with pytest.raises(PermissionDenied):
        plan(incident, outside_agent)
    with pytest.raises(Refused) as refused:
        plan(incident, agent, technician=outside_agent)
    assert "technician" in refused.value.errors


def test_no_appointment_on_a_ticket_that_has_ended(incident: Ticket, agent: User, fixed: Any) -> None:
    values = {"cause": "c", "solution": "s", "resolution_code": fixed}
    move(incident, Status.RESOLVED, by=agent, values=values)
    with pytest.raises(Refused):
        plan(incident, agent)


def test_overlap_is_told_and_not_forbidden(incident: Ticket, agent: User, lead: User) -> None:
    begin = timezone.now() + TOMORROW
    first = plan(incident, agent, starts_at=begin)
    second = plan(incident, lead, technician=agent, starts_at=begin + timedelta(minutes=30))
    other = plan(incident, lead, starts_at=begin)
    assert overlapping(second) == [first]
    assert overlapping(other) == []
    after = plan(incident, agent, starts_at=begin + timedelta(minutes=90))
    assert overlapping(after) == []
    near = change_intervention(after, {"travel_minutes": 20}, by=agent)
    assert overlapping(near) == [second]


def test_change_over_a_newer_version_is_told(incident: Ticket, agent: User) -> None:
    row = plan(incident, agent)
    change_intervention(row, {"place": "Library"}, by=agent, version=1)
    with pytest.raises(StaleVersion):
        change_intervention(row, {"place": "Cellar"}, by=agent, version=1)
    assert acts_of(incident) == ["planned", "moved"]


def test_sheet_keeps_work_parts_and_time(incident: Ticket, agent: User) -> None:
    parts = [{"name": "Fuser", "quantity": "2", "reference": "F-12"}, {"name": ""}]
    row = written(incident, agent, parts=parts, remaining="Order toner", travel_minutes=20)
    assert [(part.name, part.quantity) for part in row.parts.all()] == [("Fuser", Decimal(2))]
    assert row.state == InterventionState.DONE
    entry = TimeEntry.objects.get(ticket=incident)
    assert (entry.person, entry.minutes) == (agent, 110)
    finish_intervention(row, by=agent, work_done="Changed it", parts=[], travel_minutes=0)
    assert row.parts.count() == 0
    assert [entry.minutes for entry in TimeEntry.objects.filter(ticket=incident, voided_at=None)] == [90]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"work_done": "  "}, "work_done"),
        ({"ended_at": timezone.now() + timedelta(days=2)}, "ended_at"),
        ({"ended_at": timezone.now() - timedelta(hours=9)}, "ended_at"),
        ({"parts": [{"name": "Fuser", "quantity": "many"}]}, "parts"),
        ({"parts": [{"name": "Fuser", "quantity": "-1"}]}, "parts"),
        ({"parts": [{"name": f"Part {number}"} for number in range(51)]}, "parts"),
    ],
)
def test_sheet_must_make_sense(incident: Ticket, agent: User, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        written(incident, agent, **given)
    assert field in refused.value.errors


def test_signed_sheet_goes_to_the_requester_in_their_language(
    incident: Ticket, agent: User, requester: User
) -> None:
    User.objects.filter(pk=requester.pk).update(language="fr")
    row = sign_intervention(written(incident, agent), by=agent, signer_name="Rosa R.", signature=drawing())
    sheet = Attachment.objects.get(pk=row.sheet_id or 0)
    assert sheet.is_public
    assert Attachment.objects.visible_to(requester).filter(pk=sheet.pk).exists()
    with sheet.file.open() as content:
        reader = PdfReader(io.BytesIO(content.read()))
    said = reader.pages[0].extract_text()
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert "Changed the fuser" in said
    assert "Rosa R." in said
    assert len(reader.pages[0].images) == 1
    assert acts_of(incident) == ["planned", "began", "done", "signed"]
    relay()
    assert OutboxMessage.objects.filter(
        topic="mail", payload__user=requester.pk, payload__about="visit"
    ).exists()


def test_name_and_agreement_sign_as_well(incident: Ticket, agent: User) -> None:
    row = written(incident, agent)
    with pytest.raises(Refused) as refused:
        sign_intervention(row, by=agent, signer_name="Rosa R.")
    assert "agreed" in refused.value.errors
    signed = sign_intervention(row, by=agent, signer_name="Rosa R.", agreed=True)
    assert signed.state == InterventionState.SIGNED
    assert not signed.signature


@pytest.mark.parametrize(
    "content",
    [
        b"not a picture",
        drawing(kind="JPEG"),
        drawing(line=False),
        drawing(20, 10),
        drawing(5000, 400),
        b"\x89PNG\r\n\x1a\n" + b"x" * 400_000,
        drawing()[:90],
    ],
    ids=["text", "jpeg", "empty", "tiny", "huge", "heavy", "cut"],
)
def test_what_is_no_signature_is_refused(incident: Ticket, agent: User, content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        sign_intervention(written(incident, agent), by=agent, signer_name="Rosa", signature=content)
    assert "signature" in refused.value.errors
    assert not Attachment.objects.exists()


def test_nothing_changes_after_the_signature(incident: Ticket, agent: User) -> None:
    row = sign_intervention(written(incident, agent), by=agent, signer_name="Rosa", agreed=True)
    acts: tuple[Callable[[], object], ...] = (
        lambda: finish_intervention(row, by=agent, work_done="More"),
        lambda: change_intervention(row, {"place": "Elsewhere"}, by=agent),
        lambda: cancel_intervention(row, by=agent, reason="Late"),
        lambda: sign_intervention(row, by=agent, signer_name="Again", agreed=True),
    )
    for act in acts:
        with pytest.raises(Refused):
            act()


@pytest.mark.django_db(transaction=True)
def test_two_signatures_at_once_make_one_sheet(
    incident: Ticket, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The threads of Typst, once used, do not follow into forked processes.
    monkeypatch.setattr(
        "tickets.actions.interventions.intervention_sheet", lambda *_a, **_k: b"%PDF-1.7 sheet"
    )
    row = written(incident, agent)

    def sign() -> None:
        try:
            sign_intervention(row, by=agent, signer_name="Rosa", agreed=True)
        except Refused:
            return

    with running(*[sign] * 4) as children:
        for child in children:
            child.join(40)
    assert Attachment.objects.filter(ticket=incident).count() == 1
    assert acts_of(incident).count("signed") == 1


def test_pages_of_a_technicians_day(incident: Ticket, agent: User, client: Client) -> None:
    now = timezone.now()
    row = plan(incident, agent, starts_at=now + timedelta(minutes=1))
    client.force_login(agent)
    for address in ("/interventions/", f"/interventions/{row.pk}/", f"/interventions/{row.pk}/sheet/"):
        assert incident.title in client.get(address).content.decode()
    assert client.get("/interventions/?day=nonsense").status_code == 200
    assert client.get("/interventions/?day=2026-99-01").status_code == 200
    client.post(f"/interventions/{row.pk}/start/")
    sheet = {
        "work_done": "Changed it", "started_at": "2026-01-05T09:00", "ended_at": "2026-01-05T10:00",
        "travel_minutes": "5", "remaining": "", "parts-TOTAL_FORMS": "2", "parts-INITIAL_FORMS": "0",
        "parts-0-name": "Fuser", "parts-0-quantity": "1", "parts-1-name": "", "parts-1-quantity": "1",
    }  # fmt: skip
    assert (
        client.post(f"/interventions/{row.pk}/sheet/", {**sheet, "parts-0-quantity": "x"}).status_code == 422
    )
    answer = client.post(f"/interventions/{row.pk}/sheet/", sheet)
    assert answer["Location"] == f"/interventions/{row.pk}/sign/"
    signature = "data:image/png;base64," + base64.b64encode(drawing()).decode()
    wrong = client.post(
        f"/interventions/{row.pk}/sign/", {"signer_name": "Rosa", "signature": "data:nonsense"}
    )
    assert wrong.status_code == 422
    client.post(f"/interventions/{row.pk}/sign/", {"signer_name": "Rosa", "signature": signature})
    row.refresh_from_db()
    assert row.state == InterventionState.SIGNED
    assert client.get(f"/interventions/{row.pk}/signature.png").getvalue()[:4] == b"\x89PNG"
    assert client.get(f"/interventions/{row.pk}/sheet.pdf").content[:5] == b"%PDF-"
    assert client.get(f"/tickets/{incident.reference}/panels/").content.decode().count("/interventions/") == 1


def test_requester_opens_no_page_of_the_technician(
    incident: Ticket, agent: User, requester: User, outsider: User, client: Client
) -> None:
    row = plan(incident, agent)
    for person, code in ((requester, 403), (outsider, 404)):
        client.force_login(person)
        assert client.get(f"/interventions/{row.pk}/").status_code == code
        assert client.get(f"/interventions/{row.pk}/sheet.pdf").status_code == code


def test_interventions_over_the_api(incident: Ticket, agent: User, requester: User, client: Client) -> None:
    client.force_login(agent)
    place, begin = f"/api/v1/tickets/{incident.reference}/interventions/", timezone.now() - timedelta(hours=1)
    json: dict[str, Any] = {"content_type": "application/json"}
    plan_ = {
        "starts_at": begin.isoformat(),
        "ends_at": timezone.now().isoformat(),
        "place": "B2",
        "purpose": "Look",
    }
    made = client.post(place, plan_, **json)
    assert made.status_code == 201
    one = f"{place}{made.json()['id']}/"
    again = client.post(place, plan_, **json).json()
    assert again["overlaps"] == [incident.reference]
    assert client.patch(one, {"place": ""}, **json).status_code == 422
    assert client.patch(one, {"place": "B3"}, **json).json()["place"] == "B3"
    assert client.post(f"{one}start/", {}, **json).json()["state"] == "under_way"
    sheet = client.post(f"{one}sheet/", {"work_done": "Done", "parts": [{"name": "Fuser"}]}, **json).json()
    assert sheet["parts"] == [{"name": "Fuser", "reference": "", "quantity": "1.00"}]
    signed = client.post(f"{one}sign/", {"signer_name": "Rosa", "agreed": True}, **json).json()
    assert signed["state"] == "signed"
    assert signed["sheet"].startswith("/attachments/")
    assert (
        client.post(f"{place}{again['id']}/cancel/", {"reason": "Twice"}, **json).json()["state"]
        == "cancelled"
    )
    client.force_login(requester)
    seen = client.get(place).json()["results"]
    assert {row["purpose"] for row in seen} == {""}
    assert client.post(f"{one}start/", {}, **json).status_code == 403


def test_lead_writes_for_a_colleague_with_the_right(
    incident: Ticket, agent: User, lead: User, expert: User
) -> None:
    now = timezone.now()
    row = plan(incident, agent, starts_at=now - timedelta(hours=1))
    finish_intervention(row, by=expert, work_done="Wrote it for her", ended_at=now)
    assert not TimeEntry.objects.exists()
    finish_intervention(row, by=lead, work_done="Wrote it for her", ended_at=now)
    assert TimeEntry.objects.get().person == agent
