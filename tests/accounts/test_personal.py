"""Personal data: handed out whole, erased for good, kept as long as the rules say."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from accounts import actions
from accounts.actions import exports
from accounts.models import PersonalExport, User
from audit.actions import seal, verify
from audit.models import AuditEntry, SubjectKey
from audit.telling import tell
from core.exceptions import Refused
from core.models import Draft
from tests.factories import grant
from tests.tickets.together import together
from tickets.actions import attach, comment, edit, take
from tickets.actions.retention import apply_retention, count_due
from tickets.choices import CommentKind
from tickets.erasing import BLANK
from tickets.models import Attachment, Comment, Emptied, Event, RetentionRule, Ticket

pytestmark = pytest.mark.django_db
SECRET = "Xylophone"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals are read here in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def story(requester: User, agent: User, incident: Ticket) -> Ticket:
    """A ticket on which the requester said something, and others said the requester's name."""
    requester.phone = "+33 1 23 45 67 89"
    requester.save()
    edit(
        incident,
        {"description": f"{SECRET} by {requester.email}", "title": "Rosa Requester’s mail"},
        by=agent,
    )
    comment(incident, by=requester, body=f"My {SECRET} is broken")
    comment(incident, by=agent, body="Good morning Rosa Requester, call you at +33 1 23 45 67 89?")
    attach(incident, [SimpleUploadedFile("x.txt", SECRET.encode())], by=requester)
    Draft.objects.create(user=requester, key="k", data={"body": SECRET})
    return incident


def everything() -> str:
    """All that the tables say."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608 - tables of ours
            found += [f"{table} {row[0]}" for row in cursor.fetchall()]
    return "\n".join(found)


def erase(person: User, by: User) -> User:
    return actions.erase_person(person, by=by, confirmation=person.email)


def test_nothing_of_an_erased_requester_is_left(
    story: Ticket, requester: User, administrator: User, django_capture_on_commit_callbacks: Any
) -> None:
    [file] = Attachment.objects.all()
    stored = file.file.name
    before = everything()
    assert SECRET in before and "Rosa" in before
    with django_capture_on_commit_callbacks(execute=True):
        erased = erase(requester, administrator)
    left = everything()
    for word in (SECRET, SECRET.lower(), "Rosa", "Requester’s", requester.email, "23 45 67 89"):
        assert word not in left, [line for line in left.splitlines() if word in line]
    assert not file.file.storage.exists(stored)
    assert not erased.is_active and not erased.has_usable_password()
    assert f"{erased.pk}" in erased.name and erased.email.endswith("@erased.invalid")
    story.refresh_from_db()
    assert story.description == BLANK and story.requester_id == erased.pk
    assert Comment.objects.get(author=requester).body == BLANK
    assert BLANK in Comment.objects.exclude(author=requester).get().body


def test_trail_stays_whole_and_forgets_the_name(
    story: Ticket, requester: User, administrator: User, client: Client
) -> None:
    client.force_login(requester)
    seal()
    assert any(told.who == requester.name for told in tell(AuditEntry.objects.filter(actor=requester.pk)))
    erase(requester, administrator)
    seal()
    assert not SubjectKey.objects.filter(subject=requester.pk).exists()
    assert "Rosa" not in " ".join(told.who + told.target for told in tell(AuditEntry.objects.all()))
    assert verify().is_whole
    last = AuditEntry.objects.latest("pk")
    assert (last.action, last.actor, last.target_id) == ("person.erased", administrator.pk, str(requester.pk))


def test_words_of_a_technician_stay_with_the_department(
    story: Ticket, agent: User, administrator: User
) -> None:
    note = comment(story, by=agent, body="Restarted the server. Anna Agent", kind=CommentKind.INTERNAL)
    erase(agent, administrator)
    note.refresh_from_db()
    assert note.body == f"Restarted the server. {BLANK}"


def test_erased_person_cannot_sign_in_and_is_not_erased_twice(
    requester: User, administrator: User, client: Client
) -> None:
    client.force_login(requester)
    erase(requester, administrator)
    assert client.get("/portal/").status_code == 302
    with pytest.raises(Refused, match=r"already|déjà"):
        erase(requester, administrator)


def test_nobody_erases_oneself(administrator: User) -> None:
    with pytest.raises(Refused, match="yourself"):
        erase(administrator, administrator)


def test_last_administrator_stays(administrator: User, agent: User) -> None:
    with translation.override("en"), pytest.raises(Refused, match="Someone must remain"):
        actions.erase_person(administrator, by=None)


def test_open_work_is_handed_over_first(story: Ticket, agent: User, n1: Any, administrator: User) -> None:
    take(story, by=agent)
    with pytest.raises(Refused, match="Hand over"):
        erase(agent, administrator)
    assert not User.objects.get(pk=agent.pk).erased_at


def test_wrong_address_changes_nothing(requester: User, administrator: User) -> None:
    with pytest.raises(Refused) as refused:
        actions.erase_person(requester, by=administrator, confirmation="else@example.org")
    assert "confirmation" in refused.value.errors


def test_only_who_handles_personal_data_erases(
    requester: User, lead: User, manager: User, agent: User
) -> None:
    for by in (lead, manager, agent):
        with pytest.raises(PermissionDenied):
            erase(requester, by)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_erase_each_other(
    administrator: User, requester: User, organisation: Any
) -> None:
    grant(requester, "administrator", organisation)
    other = User.objects.get(pk=requester.pk)
    jobs: list[Callable[[], Any]] = [
        lambda: erase(administrator, other),
        lambda: erase(other, User.objects.get(pk=administrator.pk)),
    ]
    results = together(jobs)
    assert sum(isinstance(result, User) for result in results) == 1
    assert User.objects.filter(erased_at=None, pk__in=[administrator.pk, requester.pk]).count() == 1


def test_restored_person_is_erased_again(
    requester: User, administrator: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        erase(requester, administrator)
    User.objects.filter(pk=requester.pk).update(first_name="Rosa", email="rosa@example.org", erased_at=None)
    out = StringIO()
    call_command("replay_erasures", stdout=out)
    assert "1 people" in out.getvalue() and User.objects.get(pk=requester.pk).first_name == ""


def test_erasing_by_command_asks_and_tells(requester: User, administrator: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("builtins.input", lambda _words: "no")
    with pytest.raises(CommandError, match="not the address"):
        call_command("erase_person", requester.email, stdout=StringIO())
    call_command("erase_person", requester.email, "--yes", stdout=StringIO())
    assert User.objects.get(pk=requester.pk).erased_at


def opened(export: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(export))
    return {name: archive.read(name) for name in archive.namelist()}


def test_export_holds_everything_and_no_secret(story: Ticket, requester: User, tmp_path: Path) -> None:
    target = tmp_path / "rosa.zip"
    call_command("export_person", requester.email, "--output", str(target), stdout=StringIO())
    files = opened(target.read_bytes())
    assert json.loads(files["profile.json"])[0]["email"] == requester.email
    assert "password" not in files["profile.json"].decode()
    assert SECRET in files[f"tickets/{story.reference}.json"].decode()
    assert SECRET.encode() in [files[name] for name in files if name.startswith("files/")]
    assert {
        "rows/tickets.comment.author.json",
        "rows/core.draft.json",
        "audit.json",
        "README.txt",
    } <= files.keys()


def test_export_is_made_fetched_by_who_asked_and_expires(
    story: Ticket, requester: User, colleague: User, client: Client
) -> None:
    client.force_login(requester)
    assert client.post("/account/data/").status_code == 302
    assert exports.build_exports() == 1
    export = PersonalExport.objects.get()
    address = f"/account/data/{export.token}/"
    assert address in client.get("/account/data/").content.decode()
    response = client.get(address)
    assert response.status_code == 200 and "profile.json" in opened(response.getvalue())
    assert AuditEntry.objects.filter(action="person.export_read").exists()
    stranger = Client()
    stranger.force_login(colleague)
    assert stranger.get(address).status_code == 404
    PersonalExport.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert client.get(address).status_code == 404
    assert exports.delete_expired() == 1


def test_pages_lead_through_two_steps(
    story: Ticket, requester: User, administrator: User, client: Client
) -> None:
    client.force_login(administrator)
    page = client.get(f"/manage/people/{requester.pk}/personal-data/").content.decode()
    assert "Messages replaced" in page
    address = f"/manage/people/{requester.pk}/erase/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"confirmation": "x@example.org"}).status_code == 422
    assert client.post(address, {"confirmation": requester.email}).status_code == 302
    assert User.objects.get(pk=requester.pk).erased_at


def closed_long_ago(ticket: Ticket) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", closed_at=long_ago)


@pytest.mark.parametrize("what", ["personal", "content"])
def test_closed_tickets_lose_their_words_after_their_months(story: Ticket, agent: User, what: str) -> None:
    rule = RetentionRule.objects.create(kind="incident", what=what, months=12, is_active=True)
    assert count_due(rule) == 0 and apply_retention() == 0
    closed_long_ago(story)
    assert count_due(rule) == 1 and apply_retention() == 1 and apply_retention() == 0
    story.refresh_from_db()
    assert story.description == BLANK and Emptied.objects.get().what == what
    texts = " ".join(Comment.objects.values_list("body", flat=True)) + json.dumps(
        list(Event.objects.values("data"))
    )
    assert SECRET not in texts and "Rosa" not in texts + story.title
    assert Attachment.objects.get().name == BLANK
    assert ("Good morning" in texts) == (what == "personal")
    assert story.priority and story.service_id


def test_rule_that_is_not_in_force_empties_nothing(story: Ticket) -> None:
    RetentionRule.objects.create(kind="incident", months=12)
    closed_long_ago(story)
    assert apply_retention() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_empty_each_ticket_once(story: Ticket) -> None:
    RetentionRule.objects.create(kind="incident", months=12, is_active=True)
    closed_long_ago(story)
    assert sum(together([apply_retention, apply_retention])) == 1


def test_retention_is_set_up_by_form(manager: User, client: Client) -> None:
    client.force_login(manager)
    values = {"kind": "incident", "what": "personal", "months": "24", "is_active": "on"}
    assert client.post("/manage/retention/new/", values).status_code == 302
    assert "24" in client.get("/manage/retention/").content.decode()
    assert client.post("/manage/retention/new/", values | {"months": "0"}).status_code == 422


def test_api_asks_hands_out_and_erases(
    story: Ticket, requester: User, administrator: User, colleague: User, client: Client
) -> None:
    client.force_login(administrator)
    base = f"/api/v1/people/{requester.pk}"
    asked = client.post(f"{base}/exports/", {}, "application/json")
    assert asked.status_code == 201 and exports.build_exports() == 1
    [row] = client.get(f"{base}/exports/").json()["results"]
    assert row["state"] == "ready"
    assert "profile.json" in opened(client.get(f"{base}/exports/{row['id']}/").getvalue())
    assert client.get(f"{base}/erasure/").json()["objections"] == []
    wrong = client.post(f"{base}/erasure/", {"confirmation": "x"}, "application/json")
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["field"] == "confirmation"
    right = client.post(f"{base}/erasure/", {"confirmation": requester.email}, "application/json")
    assert right.status_code == 204 and User.objects.get(pk=requester.pk).erased_at
    client.force_login(colleague)
    assert client.get(f"/api/v1/people/{colleague.pk}/erasure/").status_code == 403
    assert client.get(f"/api/v1/people/{colleague.pk}/exports/").status_code == 200
