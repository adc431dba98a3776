"""What goes into the trail: every kind of act that matters leaves its entry, with who and from where."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import actions
from accounts.actions.saving import save
from accounts.models import Entity, Role, Team, User
from audit.models import AuditEntry
from audit.telling import Told, tell
from calendars.actions import create_calendar, edit_calendar
from calendars.rules import Rules
from core.exceptions import Refused
from tests.factories import PASSWORD, make_user
from tickets.actions import attach, comment, move, take
from tickets.actions.bulk import Past, load
from tickets.actions.setup import save_policy, save_word, set_matrix
from tickets.models import Comment, PendingReason, Policy, Ticket

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _words(words: None) -> None:
    """The words of an installation."""


def told(action: str) -> list[Told]:
    return tell(AuditEntry.objects.filter(action=action).order_by("pk"))


def the(action: str) -> Told:
    [entry] = told(action)
    return entry


def test_signing_in_and_out_and_failing(client: Client, requester: User) -> None:
    client.post(LOGIN, {"login": requester.email, "password": "wrong"}, REMOTE_ADDR="192.0.2.7")
    refused = the("session.refused")
    assert (refused.entry.actor, refused.entry.subject, refused.ip) == (None, requester.pk, "192.0.2.7")
    client.post(LOGIN, {"login": requester.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")
    opened = the("session.opened")
    assert (opened.who, opened.ip) == (requester.name, "192.0.2.7") and opened.entry.request_id
    client.post("/accounts/logout/")
    assert the("session.closed").entry.actor == requester.pk


def test_what_a_stranger_typed_is_not_kept(client: Client) -> None:
    client.post(LOGIN, {"login": "my-secret-password@example.org", "password": "x"})
    row = AuditEntry.objects.get(action="session.refused")
    assert row.subject == 0 and "my-secret" not in str(AuditEntry.objects.filter(pk=row.pk).values().get())


def test_second_factors(requester: User) -> None:
    factor = Authenticator(user=requester, type=Authenticator.Type.TOTP, data={})
    authenticator_added.send(
        Authenticator, request=RequestFactory().get("/"), user=requester, authenticator=factor
    )
    assert the("factor.added").data == {"factor": "totp"}


def test_tokens_and_sessions(requester: User, client: Client) -> None:
    token, secret = actions.create_token(requester, name="sync", by=requester)
    assert secret not in str(list(AuditEntry.objects.values())) and token.digest not in str(
        list(AuditEntry.objects.values())
    )
    api = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")
    for _time in range(2):
        assert api.get("/api/v1/me/").status_code == 200
    assert the("token.first_used").entry.actor == requester.pk
    actions.revoke_token(token, by=requester)
    assert the("token.revoked").entry.subject == requester.pk
    APIClient(HTTP_AUTHORIZATION="Bearer vgi_nonsense").get("/api/v1/me/")
    assert the("token.refused")


def test_people_and_rights(administrator: User, school: Entity, n1: Team, colleague: User) -> None:
    role = Role.objects.get(slug="requester")
    person = actions.create_person(email="new@example.org", entity=school, role=role, by=administrator)
    actions.invite(person, by=administrator)
    actions.edit_person(person, {"phone": "0123"}, by=administrator)
    changed = the("accounts.user.changed")
    assert ("Telephone", "–", "0123") in changed.changes or "0123" in str(changed.changes)
    assert "0123" not in str(AuditEntry.objects.filter(pk=changed.pk).values().get())
    grant = actions.grant_role(person, Role.objects.get(slug="technician"), school, by=administrator)
    actions.revoke_grant(grant, by=administrator)
    actions.deactivate(person, by=administrator)
    actions.reactivate(person, by=administrator)
    made = actions.create_role(name="Helper", granted=["tickets.open"], by=administrator)
    actions.edit_role(made, name="Helper", description="", granted=["services.view"], by=administrator)
    assert the("accounts.role.changed").data["changes"]["verbs"] == [["tickets.open"], ["services.view"]]
    actions.delete_role(made, by=administrator)
    actions.set_members(n1, [colleague], by=administrator)
    assert the("team.members").data["changes"]["members"][1] == [colleague.pk]
    actions.edit_team(n1, {"name": "Desk"}, by=administrator)
    annex = actions.create_entity(
        name="Annex", code="ANX", kind="department", parent=school, by=administrator
    )
    administrator = User.objects.get(pk=administrator.pk)
    actions.move_entity(annex, school.parent, by=administrator)
    actions.delete_entity(annex, by=administrator)
    day = timezone.localdate()
    absence = actions.declare_absence(person, starts_on=day, ends_on=day, note="flu", by=administrator)
    actions.cancel_absence(absence, by=administrator)
    assert "flu" not in str(list(AuditEntry.objects.values("data")))
    found = set(AuditEntry.objects.filter(actor=administrator.pk).values_list("action", flat=True))
    assert {
        "accounts.user.created", "person.invited", "accounts.grant.created", "accounts.grant.deleted",
        "person.deactivated", "person.reactivated", "accounts.role.created", "accounts.role.deleted",
        "accounts.team.changed", "accounts.entity.created", "accounts.entity.changed", "accounts.entity.deleted",
        "accounts.absence.created", "accounts.absence.deleted",
    } <= found  # fmt: skip


def test_refused_act_leaves_nothing(administrator: User, school: Entity) -> None:
    assert school.parent
    with pytest.raises(Refused):
        actions.delete_entity(school.parent, by=administrator)
    assert not told("accounts.entity.deleted")


def test_settings(manager: User) -> None:
    calendar = create_calendar(name="Night", rules=Rules())
    edit_calendar(calendar, name="Nights", rules=Rules(), author_id=manager.pk)
    assert the("calendars.calendar.changed").data["changes"]["name"] == ["Night", "Nights"]
    save_word(PendingReason.objects.get(slug="requester"), {"pauses_clock": False}, by=manager)
    assert the("tickets.pendingreason.changed").data["changes"]["pauses_clock"] == [True, False]
    set_matrix({(1, 1): 1}, by=manager)
    assert the("tickets.prioritycell.changed").data["changes"]["priority"][1] == 1
    policy = Policy.objects.get(entity=None)
    save_policy(policy, {"edit_minutes": 5}, by=manager)
    assert the("tickets.policy.changed").data["changes"]["edit_minutes"][1] == 5


def test_every_event_of_a_ticket(incident: Ticket, agent: User, n1: Team) -> None:
    take(incident, by=agent)
    comment(incident, by=agent, body="Quite confidential words")
    move(
        incident, "pending", by=agent, values={"pending_reason": PendingReason.objects.get(slug="requester")}
    )
    actions_found = list(
        AuditEntry.objects.filter(target_label=incident.reference)
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert actions_found[0] == "ticket.opened" and {"ticket.commented", "ticket.moved"} <= set(actions_found)
    moved = told("ticket.moved")[-1]
    assert moved.data["changes"]["status"][1] == "pending" and moved.entry.actor == agent.pk
    assert "words" not in str(list(AuditEntry.objects.values("data"))).lower()


def test_loads_leave_one_entry(requester: User, school: Entity) -> None:
    pasts = [
        Past(
            "incident",
            by=requester.pk,
            at=timezone.now(),
            title="Old",
            entity_id=school.pk,
            requester_id=requester.pk,
        )
        for _n in range(3)
    ]
    load(pasts)
    assert the("ticket.loaded").data["tickets"] == 3


def test_reading_what_is_confidential_once_an_hour(
    incident: Ticket, agent: User, lead: User, n1: Team, client: Client, requester: User
) -> None:
    take(incident, by=agent)
    Ticket.objects.filter(pk=incident.pk).update(is_confidential=True)
    incident.refresh_from_db()
    [file] = attach(incident, [SimpleUploadedFile("x.txt", b"x")], by=agent)
    client.force_login(agent)
    for _time in range(2):
        assert client.get(incident.get_absolute_url()).status_code == 200
    assert the("ticket.read").entry.actor == agent.pk
    client.get(f"/api/v1/tickets/{incident.reference}/")
    assert len(told("ticket.read")) == 1
    assert client.get(file.get_absolute_url()).getvalue() == b"x"
    assert the("ticket.file_read").data["file"] == file.pk
    reader = Client()
    reader.force_login(requester)
    reader.get(f"/portal/requests/{incident.reference}/")
    assert len(told("ticket.read")) == 2


def test_reading_an_ordinary_ticket_leaves_nothing(incident: Ticket, agent: User, client: Client) -> None:
    client.force_login(agent)
    client.get(incident.get_absolute_url())
    assert not told("ticket.read")


def test_technical_administration(client: Client, school: Entity) -> None:
    root = make_user("Rita Root", entity=school, is_staff=True, is_superuser=True)
    client.force_login(root)
    for _time in range(2):
        assert client.get("/admin/").status_code == 200
    assert the("admin.used").entry.actor == root.pk


def test_words_on_tickets_stay_out_of_the_trail(incident: Ticket, agent: User) -> None:
    """Rows that hang on a ticket are told without their texts, however they are saved."""
    note = Comment(ticket=incident, author=agent, body="Quite confidential", created_at=timezone.now())
    note.visible_at = note.created_at
    save(note, by=agent)
    entry = the("tickets.comment.created")
    assert "confidential" not in str(AuditEntry.objects.filter(pk=entry.pk).values().get())
    assert entry.data["changes"]["body"][1] == "•••" and entry.target == f"#{note.pk}"
