"""The bell, the list and the preferences."""

import pytest
from django.test import Client

from accounts.models import User
from core.outbox import relay
from notifications.choices import About, Channel
from notifications.models import Notification, Preference
from notifications.tasks import delete_old
from tickets.actions import comment
from tickets.choices import CommentKind
from tickets.models import Follower, Ticket


@pytest.fixture
def answered(incident: Ticket, agent: User) -> Ticket:
    """The incident after an answer, everybody told."""
    comment(incident, by=agent, body="We are on it")
    relay()
    return incident


def test_bell_counts_and_stays_silent_while_nothing_changes(
    answered: Ticket, requester: User, client: Client, django_capture_on_commit_callbacks: object
) -> None:
    client.force_login(requester)
    news = client.get("/notifications/bell/").json()
    assert news["count"] == 1
    assert client.get("/notifications/bell/", {"since": news["watermark"]}).status_code == 204
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        client.post("/notifications/read/")
    later = client.get("/notifications/bell/", {"since": news["watermark"]})
    assert later.json()["count"] == 0


def test_list_leads_to_the_ticket_and_marks_as_read(
    answered: Ticket, requester: User, client: Client
) -> None:
    client.force_login(requester)
    page = client.get("/notifications/").content.decode()
    assert "Anna Agent answered" in page
    assert answered.reference in page
    row = Notification.objects.get(user=requester)
    response = client.post(f"/notifications/{row.pk}/read/")
    assert response["Location"] == answered.get_absolute_url()
    row.refresh_from_db()
    assert row.read_at


def test_notification_of_someone_else_cannot_be_read(
    answered: Ticket, requester: User, outsider: User, client: Client
) -> None:
    row = Notification.objects.get(user=requester)
    client.force_login(outsider)
    assert client.post(f"/notifications/{row.pk}/read/")["Location"] == "/notifications/"
    row.refresh_from_db()
    assert row.read_at is None


def test_notification_on_a_ticket_no_longer_visible_is_hidden(
    answered: Ticket, agent: User, colleague: User, client: Client
) -> None:
    follower = Follower.objects.create(ticket=answered, user=colleague)
    comment(answered, by=agent, body="More")
    relay()
    client.force_login(colleague)
    assert answered.title in client.get("/notifications/").content.decode()
    follower.delete()
    assert answered.title not in client.get("/notifications/").content.decode()


def test_requester_reads_no_internal_note_in_the_list(
    answered: Ticket, agent: User, requester: User, client: Client
) -> None:
    comment(answered, by=agent, body="swordfish", kind=CommentKind.INTERNAL)
    relay()
    client.force_login(requester)
    page = client.get("/notifications/").content.decode()
    assert "internal" not in page
    assert "swordfish" not in page


def test_requester_chooses_without_the_occasions_of_staff(
    requester: User, agent: User, n1: object, client: Client
) -> None:
    client.force_login(requester)
    page = client.get("/account/notifications/").content.decode()
    assert "answer-mail" in page
    assert "team-mail" not in page
    assert client.post("/account/notifications/", {"answer-mail": "on"}).status_code == 302
    row = Preference.objects.get(user=requester, about=About.ANSWER)
    assert (row.in_app, row.mail) == (False, True)
    assert not Preference.objects.filter(user=requester, about=About.TEAM).exists()
    client.force_login(agent)
    assert f"{About.TEAM}-{Channel.MAIL}" in client.get("/account/notifications/").content.decode()


def test_what_was_read_long_ago_is_deleted(answered: Ticket, requester: User) -> None:
    row = Notification.objects.get(user=requester)
    row.read_at = row.created_at.replace(year=row.created_at.year - 1)
    row.save()
    delete_old()
    assert not Notification.objects.filter(user=requester).exists()


def test_nobody_reads_notifications_without_signing_in(db: None, client: Client) -> None:
    for address in ("/notifications/", "/notifications/bell/", "/account/notifications/"):
        assert client.get(address).status_code == 302
