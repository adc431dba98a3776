"""What a reader may not see does not come out by a side door: links, files, hand-overs, search, counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Team, User
from core.choices import Level
from services.models import Service
from tickets import queues
from tickets.actions import (
    attach,
    comment,
    edit,
    open_ticket,
    pass_on,
    publish_comment,
    store_upload,
    withdraw_comment,
)
from tickets.choices import CommentKind, LinkType
from tickets.models import Attachment, Follower, Link, Ticket
from tickets.queries import search
from tickets.timeline import entries

SECRET = "Zanzibar"


def upload(name: str = "log.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, SECRET.encode())


def served(client: Client, file: Attachment) -> list[int]:
    """The statuses of the file's addresses on page and API; what comes is read to its end."""
    answers = [client.get(f"/attachments/{file.token}/"), client.get(f"/api/v1/attachments/{file.token}/")]
    for answer in answers:
        if answer.streaming:
            assert SECRET.encode() in answer.getvalue()
    return [answer.status_code for answer in answers]


@pytest.fixture
def secret(lead: User, requester: User, mail_service: Service) -> Ticket:
    """A confidential ticket that no team of the agent has."""
    return open_ticket(
        "incident", by=lead, requester=requester, title=f"{SECRET} affair", is_confidential=True
    )


def test_link_to_a_ticket_one_may_not_see_is_not_shown(
    incident: Ticket, secret: Ticket, agent: User, client: Client
) -> None:
    Link.objects.create(source=incident, target=secret, link_type=LinkType.RELATES, created_at=timezone.now())
    assert not Ticket.objects.visible_to(agent).filter(pk=secret.pk).exists()
    client.force_login(agent)
    page = client.get(incident.get_absolute_url()).content.decode()
    assert incident.title in page and SECRET not in page and secret.reference not in page


def test_link_between_two_visible_tickets_is_shown_on_both(
    incident: Ticket, agent: User, client: Client
) -> None:
    other = open_ticket("incident", by=agent, title="The other one", service=incident.service)
    Link.objects.create(source=incident, target=other, link_type=LinkType.FOLLOWS, created_at=timezone.now())
    client.force_login(agent)
    assert other.title in client.get(f"{incident.get_absolute_url()}panels/").content.decode()
    assert incident.title in client.get(f"{other.get_absolute_url()}panels/").content.decode()


def test_word_at_a_hand_over_is_for_technicians(
    incident: Ticket, agent: User, requester: User, n2: Team, client: Client
) -> None:
    pass_on(incident, level=Level.N2, reason=f"He is {SECRET}", by=agent)
    assert any(entry.reason == f"He is {SECRET}" for entry in entries(incident, agent))
    assert not any(entry.reason for entry in entries(incident, requester))
    client.force_login(requester)
    for address in (
        f"/portal/requests/{incident.reference}/",
        f"/api/v1/tickets/{incident.reference}/events/",
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode()


def test_file_of_an_answer_not_yet_sent_is_not_served_to_the_requester(
    incident: Ticket, agent: User, requester: User, client: Client, settings: Any
) -> None:
    settings.UNDO_SECONDS = 60
    kept = store_upload(upload(), by=agent)
    written = comment(incident, by=agent, body="See the log", attachments=[kept], undo=True)
    client.force_login(requester)
    assert served(client, kept) == [404, 404]
    withdraw_comment(written, by=agent)
    type(written).objects.filter(pk=written.pk).update(visible_at=timezone.now() - timedelta(minutes=1))
    assert served(client, kept) == [404, 404]
    type(written).objects.filter(pk=written.pk).update(withdrawn_at=None)
    assert served(client, kept) == [200, 200]


def test_file_of_a_note_is_for_technicians(
    incident: Ticket, agent: User, requester: User, client: Client
) -> None:
    kept = store_upload(upload(), by=agent)
    comment(incident, by=agent, body="Hm", kind=CommentKind.INTERNAL, attachments=[kept])
    client.force_login(requester)
    assert served(client, kept) == [404, 404]
    listed = client.get(f"/api/v1/tickets/{incident.reference}/attachments/")
    assert str(kept.token) not in listed.content.decode()
    client.force_login(agent)
    assert served(client, kept) == [200, 200]


def test_follower_of_a_confidential_ticket_gets_no_internal_file(
    incident: Ticket, manager: User, auditor: User, agent: User
) -> None:
    edit(incident, {"is_confidential": True}, by=manager)
    [hidden] = attach(Ticket.objects.get(pk=incident.pk), [upload()], by=agent, is_public=False)
    Follower.objects.create(ticket=incident, user=auditor)
    assert Ticket.objects.visible_to(auditor).filter(pk=incident.pk).exists()
    assert not Attachment.objects.visible_to(auditor).filter(pk=hidden.pk).exists()
    assert Attachment.objects.visible_to(agent).filter(pk=hidden.pk).exists()


@pytest.mark.parametrize("place", ["title", "description", "note", "answer not yet sent"])
def test_search_finds_no_word_one_may_not_read(
    place: str, incident: Ticket, agent: User, requester: User, outside_agent: User, settings: Any
) -> None:
    settings.UNDO_SECONDS = 60
    if place in ("title", "description"):
        edit(incident, {place: SECRET}, by=agent)
    elif place == "note":
        comment(incident, by=agent, body=SECRET, kind=CommentKind.INTERNAL)
    else:
        comment(incident, by=agent, body=SECRET, undo=True)

    def found(user: User) -> bool:
        return (
            search(Ticket.objects.visible_to(user), SECRET.lower(), user=user).filter(pk=incident.pk).exists()
        )

    assert found(agent)
    assert not found(outside_agent)
    assert found(requester) == (place in ("title", "description"))


def test_counts_count_only_what_one_sees(
    incident: Ticket, secret: Ticket, agent: User, outside_agent: User
) -> None:
    assert (
        queues.counts(agent)["unassigned"] == Ticket.objects.visible_to(agent).filter(assignee=None).count()
    )
    assert set(queues.counts(outside_agent).values()) == {0}


def test_published_note_stands_once_in_every_reader_s_timeline(
    incident: Ticket, agent: User, requester: User
) -> None:
    note = comment(incident, by=agent, body="Try again", kind=CommentKind.INTERNAL)
    publish_comment(note, by=agent)
    for reader in (agent, requester):
        assert [entry.comment for entry in entries(incident, reader) if entry.comment] == [note], reader
