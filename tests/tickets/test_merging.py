"""Merging, taking it back, splitting and converting: no row moves, every number still answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Entity, User
from core.exceptions import Refused
from core.models import OutboxMessage
from services.models import Category, Service
from tests.factories import grant
from tests.people import person
from tickets import actions, references
from tickets.actions import convert, merge, split, unmerge
from tickets.choices import CommentKind, LinkType, Status, Verb
from tickets.models import Attachment, Comment, Event, Link, PendingReason, ResolutionCode, Ticket
from tickets.queries import search
from tickets.timeline import entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(colleague: User, mail_service: Service) -> Ticket:
    """The same trouble, reported by a colleague."""
    return actions.open_ticket(
        "incident",
        by=colleague,
        title="Mail is dead",
        description="Nothing since eight.",
        service=mail_service,
    )


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def refused(*arguments: Any, **named: Any) -> set[str]:
    with pytest.raises(Refused) as error:
        merge(*arguments, **named)
    return set(error.value.errors)


def test_absorbed_ticket_leaves_the_queues_and_its_number_leads_on(
    incident: Ticket, twin: Ticket, agent: User
) -> None:
    merge(twin, incident, by=agent)
    gone = fresh(twin)
    assert (gone.merged_into_id, gone.status, gone.is_open) == (incident.pk, "cancelled", False)
    assert references.find(twin.reference, user=agent) == incident
    with pytest.raises(Refused):
        actions.take(twin, by=agent)


def test_no_row_moves(incident: Ticket, twin: Ticket, agent: User, colleague: User) -> None:
    written = actions.comment(twin, by=colleague, body="Still nothing")
    merge(twin, incident, by=agent)
    assert Comment.objects.get(pk=written.pk).ticket_id == twin.pk
    assert set(twin.events.values_list("verb", flat=True)) == {"opened", "commented", "merged"}


def test_timeline_reads_both_in_time_order(
    incident: Ticket, twin: Ticket, agent: User, colleague: User
) -> None:
    now = timezone.now()
    actions.comment(incident, by=agent, body="one", at=now + timedelta(minutes=1))
    actions.comment(twin, by=colleague, body="two", at=now + timedelta(minutes=2))
    actions.comment(incident, by=agent, body="three", at=now + timedelta(minutes=3))
    merge(twin, incident, by=agent, at=now + timedelta(minutes=4))
    lines = entries(fresh(incident), agent)
    assert [line.comment.body for line in lines if line.comment] == ["one", "two", "three"]
    assert [line.event.verb for line in lines if not line.comment] == ["opened", "opened", "absorbed"]
    report = next(line for line in lines if line.is_report and line.origin == twin)
    assert report.origin and report.origin.description == "Nothing since eight."


def test_merged_page_leads_to_the_survivor_which_shows_both_reports(
    client: Client, incident: Ticket, twin: Ticket, agent: User
) -> None:
    merge(twin, incident, by=agent)
    client.force_login(agent)
    response = client.get(twin.get_absolute_url())
    assert (response.status_code, response["Location"]) == (301, incident.get_absolute_url())
    page = client.get(incident.get_absolute_url()).content.decode()
    assert "Nothing since eight." in page and twin.reference in page


def test_api_answers_with_the_survivor_and_reads_both(
    client: Client, incident: Ticket, twin: Ticket, agent: User, colleague: User
) -> None:
    actions.comment(twin, by=colleague, body="From the twin")
    merge(twin, incident, by=agent)
    client.force_login(agent)
    answer = client.get(f"/api/v1/tickets/{twin.reference}/")
    assert (answer.status_code, answer.json()["reference"]) == (200, incident.reference)
    comments = client.get(f"/api/v1/tickets/{incident.reference}/comments/").json()["results"]
    assert [comment["body"] for comment in comments] == ["From the twin"]
    verbs = [
        event["verb"] for event in client.get(f"/api/v1/tickets/{twin.reference}/events/").json()["results"]
    ]
    assert "absorbed" in verbs and verbs.count("opened") == 2


def test_chain_leads_to_the_last_survivor_which_shows_all(
    incident: Ticket, twin: Ticket, agent: User, requester: User, mail_service: Service
) -> None:
    third = actions.open_ticket("incident", by=requester, title="Third", service=mail_service)
    merge(twin, third, by=agent)
    merge(third, incident, by=agent)
    for ticket in (twin, third, incident):
        assert references.find(ticket.reference, user=agent) == incident
    assert {line.origin for line in entries(fresh(incident), agent)} == {incident, twin, third}


def test_survivor_that_is_not_visible_is_not_found(
    incident: Ticket, twin: Ticket, agent: User, colleague: User
) -> None:
    merge(twin, incident, by=agent)
    with pytest.raises(Http404):
        references.find(twin.reference, user=colleague)


def test_requester_follows_only_where_asked(
    incident: Ticket, twin: Ticket, agent: User, colleague: User
) -> None:
    merge(twin, incident, by=agent, requester_follows=True)
    assert references.find(twin.reference, user=colleague) == incident
    assert incident.followers.filter(user=colleague).exists()


def test_follower_who_sees_the_survivor_follows_it(
    incident: Ticket, twin: Ticket, agent: User, lead: User, colleague: User, library_requester: User
) -> None:
    actions.follow(twin, lead, by=agent)
    actions.follow(twin, library_requester, by=agent)
    merge(twin, incident, by=agent)
    assert set(incident.followers.values_list("user_id", flat=True)) == {lead.pk}


def test_nobody_is_told_unless_asked(incident: Ticket, twin: Ticket, agent: User) -> None:
    before = OutboxMessage.objects.count()
    merge(twin, incident, by=agent)
    assert OutboxMessage.objects.count() == before


def test_what_may_not_be_merged(
    incident: Ticket, twin: Ticket, agent: User, outsider: User, fixed: ResolutionCode
) -> None:
    assert refused(incident, incident, by=agent) == {"into"}
    foreign = actions.open_ticket("incident", by=outsider, title="Elsewhere")
    assert refused(foreign, incident, by=agent) == refused(incident, foreign, by=agent) == {"into"}
    merge(twin, incident, by=agent)
    assert refused(twin, incident, by=agent) == refused(incident, twin, by=agent) == {"into"}
    actions.move(incident, Status.CANCELLED, by=agent, values={"reason": "No"})
    other = actions.open_ticket("incident", by=agent, title="Other", service=incident.service)
    assert refused(other, incident, by=agent) == refused(incident, other, by=agent) == {"into"}
    assert fresh(other).merged_into_id is None


def test_requester_may_not_merge(incident: Ticket, requester: User, mail_service: Service) -> None:
    own = actions.open_ticket("incident", by=requester, title="Own", service=mail_service)
    with pytest.raises(PermissionDenied):
        merge(own, incident, by=requester)


def test_confidential_ticket_is_not_merged_into_an_open_one(
    incident: Ticket, twin: Ticket, agent: User, manager: User
) -> None:
    actions.edit(twin, {"is_confidential": True}, by=manager)
    assert refused(twin, incident, by=agent) == {"into"}


def test_notes_of_a_merged_ticket_stay_with_those_who_read_them(
    incident: Ticket, hospital: Entity, school: Entity, agent: User, manager: User, outsider: User
) -> None:
    foreign = actions.open_ticket("incident", by=outsider, title="Elsewhere")
    both = person("Bea Both", hospital, "technician")
    grant(both, "technician", school)
    actions.comment(foreign, by=both, body="Only for the hospital", kind=CommentKind.INTERNAL)
    actions.comment(foreign, by=outsider, body="For everybody")
    merge(foreign, incident, by=both)
    bodies = {line.comment.body for line in entries(fresh(incident), manager) if line.comment}
    assert bodies == {"For everybody"}
    assert {line.comment.body for line in entries(fresh(incident), both) if line.comment} == {
        "For everybody",
        "Only for the hospital",
    }


def test_file_of_a_merged_ticket_is_read_by_the_survivors_requester(
    client: Client, incident: Ticket, twin: Ticket, agent: User, colleague: User, requester: User
) -> None:
    [file] = actions.attach(twin, [SimpleUploadedFile("a.txt", b"hello")], by=colleague)
    assert not Attachment.objects.visible_to(requester).filter(pk=file.pk).exists()
    merge(twin, incident, by=agent)
    assert Attachment.objects.visible_to(requester).filter(pk=file.pk).exists()
    client.force_login(requester)
    answer = client.get(file.get_absolute_url())
    assert answer.getvalue() == b"hello"
    assert "a.txt" in client.get(reverse("portal:request", args=[incident.reference])).content.decode()


def test_search_finds_the_survivor_by_the_old_number_and_number_of_origin(
    incident: Ticket, twin: Ticket, agent: User, outside_agent: User
) -> None:
    twin.aliases.create(source="glpi", value="4711")
    merge(twin, incident, by=agent)
    open_ones = Ticket.objects.visible_to(agent).open()
    for asked in (twin.reference, "4711"):
        assert list(search(open_ones, asked, user=agent)) == [incident]
    assert list(search(Ticket.objects.visible_to(agent), "dead", user=agent)) == [twin]
    assert not search(Ticket.objects.visible_to(outside_agent), twin.reference, user=outside_agent)


def test_merge_is_taken_back_within_thirty_days(
    incident: Ticket, twin: Ticket, agent: User, waiting: PendingReason
) -> None:
    actions.move(twin, Status.PENDING, by=agent, values={"pending_reason": waiting})
    merge(twin, incident, by=agent)
    back = unmerge(twin, by=agent)
    assert (back.merged_into_id, back.status, back.pending_reason_id) == (None, "pending", waiting.pk)
    assert references.find(twin.reference, user=agent) == twin
    assert {line.origin for line in entries(fresh(incident), agent)} == {incident}
    assert actions.move(twin, Status.IN_PROGRESS, by=agent).status == Status.IN_PROGRESS
    with pytest.raises(Refused):
        unmerge(twin, by=agent)


def test_merge_is_not_taken_back_after_thirty_days(incident: Ticket, twin: Ticket, agent: User) -> None:
    merge(twin, incident, by=agent)
    with pytest.raises(Refused):
        unmerge(twin, by=agent, at=timezone.now() + timedelta(days=31))
    assert fresh(twin).merged_into_id == incident.pk


def test_blocker_that_was_merged_still_blocks_through_its_survivor(
    incident: Ticket, twin: Ticket, agent: User, requester: User, mail_service: Service, fixed: ResolutionCode
) -> None:
    blocked = actions.open_ticket("incident", by=requester, title="Blocked", service=mail_service)
    actions.link(twin, blocked, LinkType.BLOCKS, by=agent)
    merge(twin, incident, by=agent)
    values = {"cause": "c", "solution": "s", "resolution_code": fixed}
    with pytest.raises(Refused) as error:
        actions.move(blocked, Status.RESOLVED, by=agent, values=values)
    assert incident.reference in str(error.value)


# Splitting


def test_message_becomes_a_ticket_with_its_files(incident: Ticket, agent: User, requester: User) -> None:
    [upload] = [actions.store_upload(SimpleUploadedFile("a.txt", b"hello"), by=requester)]
    written = actions.comment(incident, by=requester, body="And the printer jams", attachments=[upload])
    made = split(written, title="Printer jams", by=agent)
    assert (made.description, made.requester_id, made.entity_id) == (
        "And the printer jams", requester.pk, incident.entity_id,
    )  # fmt: skip
    copy = made.attachments.get()
    with copy.file.open() as content:
        assert (copy.name, copy.sha256, content.read()) == ("a.txt", upload.sha256, b"hello")
    assert copy.file.name != Attachment.objects.get(pk=upload.pk).file.name
    assert Link.objects.get().link_type == LinkType.FOLLOWS
    assert Comment.objects.get(pk=written.pk).ticket_id == incident.pk
    for ticket, other in ((incident, made), (made, incident)):
        assert ticket.events.get(verb=Verb.SPLIT).data["other_reference"] == other.reference


def test_note_that_is_split_off_is_asked_for_by_who_splits(incident: Ticket, agent: User, lead: User) -> None:
    note = actions.comment(incident, by=lead, body="Order a disk", kind=CommentKind.INTERNAL)
    assert split(note, title="Disk", by=agent).requester_id == agent.pk


def test_message_taken_back_is_not_split(incident: Ticket, agent: User) -> None:
    written = actions.comment(incident, by=agent, body="Oops", undo=True)
    actions.withdraw_comment(written, by=agent)
    with pytest.raises(Refused):
        split(written, title="Oops", by=agent)
    assert Ticket.objects.count() == 1


# Converting


def test_incident_becomes_a_request_under_the_same_key(incident: Ticket, agent: User, lead: User) -> None:
    actions.follow(incident, lead, by=agent)
    actions.take(incident, by=agent)
    made = convert(incident, "request", by=agent)
    assert type(made).kind_slug == "request" and made.pk == incident.pk
    assert (made.status, made.assignee_id) == ("in_progress", agent.pk)
    assert references.find(incident.reference, user=agent) == made
    told = made.events.get(verb=Verb.CONVERTED).data
    assert told["changes"]["kind"] == ["incident", "request"] and told["was_reference"] == incident.reference
    assert {event.verb for event in Event.objects.filter(ticket=made)} >= {"opened", "assigned", "converted"}


def test_converting_back_finds_the_first_details_again(incident: Ticket, agent: User) -> None:
    actions.edit(incident, {"details": {"symptoms": "Error 0x80"}}, by=agent)
    back = convert(convert(incident, "problem", by=agent), "incident", by=agent)
    assert back.details.symptoms == "Error 0x80"


def test_what_may_not_be_converted(
    incident: Ticket, agent: User, requester: User, fixed: ResolutionCode
) -> None:
    for kind in ("incident", "nonsense"):
        with pytest.raises(Refused) as error:
            convert(incident, kind, by=agent)
        assert set(error.value.errors) == {"kind"}
    with pytest.raises(Refused) as error:
        convert(incident, "problem", details={"no_such": "x"}, by=agent)
    assert set(error.value.errors) == {"details.no_such"}
    with pytest.raises(PermissionDenied):
        convert(incident, "request", by=requester)
    actions.move(
        incident, Status.RESOLVED, by=agent, values={"cause": "c", "solution": "s", "resolution_code": fixed}
    )
    with pytest.raises(Refused):
        convert(incident, "request", by=agent)


def test_category_of_the_old_kind_is_dropped(incident: Ticket, agent: User) -> None:
    category = Category.objects.create(name="Breakdown", slug="breakdown", kinds=["incident"])
    actions.edit(incident, {"category": category}, by=agent)
    assert convert(incident, "request", by=agent).category_id is None
