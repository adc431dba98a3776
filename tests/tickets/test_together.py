"""Working together: names after an @, followers, confidential tickets, canned answers, who is there, saves that meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Team, User
from core.exceptions import Refused, StaleVersion
from core.models import OutboxMessage
from notifications.models import Notification
from notifications.spread import TOPIC, spread
from tests.factories import make_user
from tickets.access import who_sees
from tickets.actions import add_colleague, comment, edit, follow, mute, withdraw_comment
from tickets.actions.canned import save_canned
from tickets.canned import filled
from tickets.choices import CommentKind, Verb
from tickets.models import CannedAnswer, Comment, Follower, Policy, Ticket
from tickets.timeline import entries

INTERNAL = CommentKind.INTERNAL


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The words of the tests."""
    with translation.override("en"):
        yield


def tell_all() -> dict[str, list[str]]:
    """Spread what is waiting; occasions by the first name of who was told."""
    for message in OutboxMessage.objects.filter(topic=TOPIC).order_by("pk"):
        spread(message)
    told: dict[str, list[str]] = {}
    for row in Notification.objects.select_related("user").order_by("pk"):
        told.setdefault(row.user.first_name, []).append(row.about)
    return told


# --- names after an @ ---


def test_colleague_called_in_a_note_follows_and_is_told_once(
    incident: Ticket, agent: User, expert: User, requester: User, n1: Team, client: Client
) -> None:
    comment(incident, by=agent, body="@emil.expert can you look? Not @nobody.here.", kind=INTERNAL)
    assert list(Follower.objects.values_list("user__first_name", flat=True)) == ["Emil"]
    event = incident.events.get(verb=Verb.MENTIONED)
    assert not event.is_public and event.data["users"] == [expert.pk]
    told = tell_all()
    assert told["Emil"] == ["mention"]
    assert "mention" not in told.get("Rosa", [])
    assert [line.sentence for line in entries(incident, agent)][-1] == "called on Emil Expert"
    client.force_login(requester)
    assert "Emil" not in client.get(f"/portal/requests/{incident.reference}/").content.decode()
    assert client.get(f"/api/v1/tickets/{incident.reference}/followers/").json()["results"] == []
    assert all("called" not in line.sentence for line in entries(incident, requester))


def test_team_is_called_by_its_name(incident: Ticket, agent: User, lead: User, n1: Team, n2: Team) -> None:
    comment(incident, by=agent, body="Over to @specialists, please.", kind=INTERNAL)
    assert tell_all()["Emil"] == ["mention"]
    assert incident.events.get(verb=Verb.MENTIONED).data["teams"] == [n2.pk]


def test_requester_never_learns_of_an_internal_call(incident: Ticket, agent: User, requester: User) -> None:
    comment(incident, by=agent, body=f"@{requester.email} must not know", kind=INTERNAL)
    assert not incident.events.filter(verb=Verb.MENTIONED).exists() and not Follower.objects.exists()


def test_requester_calls_nobody(incident: Ticket, agent: User, requester: User) -> None:
    comment(incident, by=requester, body="@anna.agent hello")
    assert not incident.events.filter(verb=Verb.MENTIONED).exists()


@pytest.mark.parametrize(
    "text",
    [
        "mail@emil.expert",
        "see /@emil.expert",
        "@@emil.expert",
        "@emil",
        "@",
        "@ emil.expert",
        "@emil.expertise",
    ],
)
def test_what_is_no_name_calls_nobody(incident: Ticket, agent: User, expert: User, text: str) -> None:
    comment(incident, by=agent, body=text, kind=INTERNAL)
    assert not incident.events.filter(verb=Verb.MENTIONED).exists()


def test_name_that_fits_several_calls_nobody(incident: Ticket, agent: User, expert: User) -> None:
    twin = make_user("Emil Expert", entity=expert.entity, email="emil.expert@example.com")
    comment(incident, by=agent, body="@emil.expert", kind=INTERNAL)
    assert not Follower.objects.exists()
    n2 = Team.objects.create(name="Twins", level="n2", entity=expert.entity)
    n2.memberships.create(user=twin)
    assert twin.pk


def test_answer_taken_back_calls_nobody(incident: Ticket, agent: User, expert: User, n1: Team) -> None:
    written = comment(incident, by=agent, body="Ask @emil.expert", undo=True)
    withdraw_comment(written, by=agent)
    assert "mention" not in tell_all().get("Emil", [])


def test_names_are_offered_to_staff_only(
    incident: Ticket, agent: User, expert: User, requester: User, n2: Team, client: Client
) -> None:
    client.force_login(agent)
    found = client.get(f"/tickets/{incident.reference}/names/?q=em").json()["results"]
    assert {"handle": "emil.expert", "label": "Emil Expert", "detail": expert.email} in found
    assert (
        client.get(f"/tickets/{incident.reference}/names/?q=spec").json()["results"][0]["handle"]
        == "specialists"
    )
    client.force_login(requester)
    assert client.get(f"/tickets/{incident.reference}/names/?q=em").status_code == 403


# --- followers ---


def test_muted_follower_sees_and_is_told_nothing(
    incident: Ticket, agent: User, requester: User, colleague: User, client: Client
) -> None:
    follow(incident, colleague, by=agent)
    mute(incident, by=colleague)
    comment(incident, by=requester, body="Still broken")
    assert tell_all().get("Colin", []) == []
    client.force_login(colleague)
    assert client.get(f"/portal/requests/{incident.reference}/").status_code == 200
    client.post(f"/tickets/{incident.reference}/mute/", {"on": "0"})
    comment(incident, by=requester, body="And again")
    assert "answer" in tell_all()["Colin"]
    with pytest.raises(Refused):
        mute(incident, by=agent)


def test_requester_adds_a_colleague_by_address(
    incident: Ticket, requester: User, colleague: User, outsider: User, client: Client
) -> None:
    client.force_login(requester)
    address = f"/portal/requests/{incident.reference}/colleagues/"
    for wrong in (outsider.email, "nobody@example.org", requester.email, "x", "a\x00@example.org"):
        answer = client.post(address, {"person": wrong})
        assert answer.status_code == 422, wrong
    assert client.post(address, {"person": colleague.email.upper()}).status_code == 302
    assert Follower.objects.get().user == colleague
    assert "Colin" in client.get(f"/portal/requests/{incident.reference}/").content.decode()
    client.force_login(colleague)
    assert client.post(address, {"person": outsider.email}).status_code == 403
    with pytest.raises(PermissionDenied):
        add_colleague(incident, outsider.email, by=colleague)
    client.force_login(requester)
    client.post(address, {"remove": colleague.pk})
    assert not Follower.objects.exists()


def test_api_adds_a_colleague_and_mutes(
    incident: Ticket, requester: User, colleague: User, client: Client
) -> None:
    client.force_login(requester)
    address = f"/api/v1/tickets/{incident.reference}/followers/"
    made = client.post(address, {"email": colleague.email}, content_type="application/json")
    assert made.status_code == 201 and made.json()["muted"] is False
    client.force_login(colleague)
    changed = client.patch(f"{address}me/", {"muted": True}, content_type="application/json")
    assert changed.json()["muted"] is True
    client.force_login(requester)
    other = client.patch(f"{address}{colleague.pk}/", {"muted": False}, content_type="application/json")
    assert other.status_code == 403


# --- confidential tickets ---


def test_page_of_a_confidential_ticket_says_who_sees_it(
    incident: Ticket, lead: User, agent: User, colleague: User, expert: User, n1: Team, client: Client
) -> None:
    incident.team = n1
    incident.save()
    follow(incident, colleague, by=lead)
    client.force_login(lead)
    page = client.get(f"/tickets/{incident.reference}/confidential/")
    assert "Rosa Requester" in page.content.decode() and "Emil Expert" not in page.content.decode()
    assert client.post(f"/tickets/{incident.reference}/confidential/").status_code == 302
    hidden = Ticket.objects.get(pk=incident.pk)
    assert hidden.is_confidential
    seers = {seer.person for seer in who_sees(hidden)}
    people = [lead, agent, colleague, expert, incident.requester]
    assert seers == {one for one in people if Ticket.objects.visible_to(one).filter(pk=incident.pk).exists()}
    assert "is named on it" in client.get(f"/tickets/{incident.reference}/panels/").content.decode()
    client.force_login(expert)
    assert client.get(f"/tickets/{incident.reference}/").status_code == 404
    client.force_login(lead)
    client.post(f"/tickets/{incident.reference}/confidential/")
    assert not Ticket.objects.get(pk=incident.pk).is_confidential


def test_call_on_a_confidential_ticket_names_nobody_without_the_right(
    incident: Ticket, lead: User, agent: User, expert: User, n1: Team
) -> None:
    incident.team, incident.is_confidential = n1, True
    incident.save()
    comment(incident, by=agent, body="@emil.expert look", kind=INTERNAL)
    assert not Follower.objects.exists()


# --- canned answers ---


@pytest.fixture
def answer(administrator: User) -> CannedAnswer:
    """An answer with variables, in both languages."""
    bodies = {
        "body_fr": "Bonjour {{requester.first_name}}, au sujet de {{ticket.reference}}.",
        "body_en": "Hello {{ requester.first_name }}, about {{ticket.reference}}: {{ticket.title}}. {{me.name}}",
    }
    return save_canned(CannedAnswer(), {"title": "Greeting", "folder": "General", **bodies}, by=administrator)


def test_answer_is_filled_in_the_language_of_the_requester(
    answer: CannedAnswer, incident: Ticket, agent: User
) -> None:
    edit(incident, {"title": "{{me.phone}} {% now %} <b>"}, by=agent)
    fresh = Ticket.objects.get(pk=incident.pk)
    assert (
        filled(answer, fresh, by=agent)
        == f"Hello Rosa, about {incident.reference}: {{{{me.phone}}}} {{% now %}} <b>. Anna Agent"
    )
    fresh.language = "fr"
    assert filled(answer, fresh, by=agent) == f"Bonjour Rosa, au sujet de {incident.reference}."


@pytest.mark.parametrize(
    "body",
    [
        "{{ticket.pk}}",
        "{{ requester.password }}",
        "{{ticket.title|safe}}",
        "{{}}",
        "{{ticket.__class__}}",
        "{{a\nb}}",
    ],
)
def test_unknown_variable_is_refused(administrator: User, body: str) -> None:
    with pytest.raises(Refused) as refused:
        save_canned(CannedAnswer(), {"title": "X", "body_en": body}, by=administrator)
    assert list(refused.value.errors) == ["body_en"]


def test_answer_needs_a_text_and_a_right(administrator: User, agent: User) -> None:
    with pytest.raises(Refused):
        save_canned(CannedAnswer(), {"title": "X"}, by=administrator)
    with pytest.raises(PermissionDenied):
        save_canned(CannedAnswer(), {"title": "X", "body_fr": "x"}, by=agent)


def test_picker_finds_inserts_and_counts(
    answer: CannedAnswer,
    incident: Ticket,
    agent: User,
    expert: User,
    n2: Team,
    administrator: User,
    client: Client,
) -> None:
    save_canned(CannedAnswer(), {"title": "Only theirs", "team": n2, "body_fr": "x"}, by=administrator)
    client.force_login(agent)
    page = client.get(f"/tickets/{incident.reference}/canned/").content.decode()
    assert "Greeting" in page and "Only theirs" not in page
    assert "No answer found" in client.get(f"/tickets/{incident.reference}/canned/?q=zzz").content.decode()
    assert "Greeting" in client.get(f"/tickets/{incident.reference}/canned/?q=gener+hello").content.decode()
    composer = client.get(f"/tickets/{incident.reference}/?canned={answer.pk}").content.decode()
    assert "Hello Rosa" in composer and f'name="canned" value="{answer.pk}"' in composer
    assert CannedAnswer.objects.get(pk=answer.pk).used == 0
    client.post(
        f"/tickets/{incident.reference}/write/", {"body": "Hello", "kind": "public", "canned": f"{answer.pk}"}
    )
    assert CannedAnswer.objects.get(pk=answer.pk).used == 1
    client.force_login(expert)
    assert "Only theirs" in client.get(f"/tickets/{incident.reference}/canned/").content.decode()
    rows = client.get(f"/api/v1/tickets/{incident.reference}/canned-answers/").json()["results"]
    assert {row["title"] for row in rows} == {"Greeting", "Only theirs"} and "Rosa" in str(rows)


def test_administrator_sets_answers_up(administrator: User, client: Client) -> None:
    client.force_login(administrator)
    given = {"title": "Bye", "folder": "", "body_fr": "{{wrong}}", "body_en": "", "is_active": "on"}
    assert client.post("/manage/canned-answers/new/", given).status_code == 422
    assert client.post("/manage/canned-answers/new/", {**given, "body_fr": "Au revoir"}).status_code == 302
    made = CannedAnswer.objects.get()
    assert "Bye" in client.get("/manage/canned-answers/").content.decode()
    stale = client.patch(
        f"/api/v1/canned-answers/{made.pk}/", {"title": "Ciao"}, content_type="application/json",
        headers={"If-Match": '"v9"'},
    )  # fmt: skip
    assert stale.status_code == 412
    fine = client.patch(
        f"/api/v1/canned-answers/{made.pk}/", {"title": "Ciao"}, content_type="application/json"
    )
    assert fine.json()["title"] == "Ciao" and fine.json()["version"] == 2


# --- who is there ---


def test_pages_see_each_other_and_requesters_see_nobody(
    incident: Ticket, agent: User, lead: User, requester: User, client: Client
) -> None:
    mine, theirs = Client(), Client()
    mine.force_login(agent)
    theirs.force_login(lead)
    address = f"/tickets/{incident.reference}/watermark/"
    version = Ticket.objects.get(pk=incident.pk).version
    assert mine.get(f"{address}?since={version}&here=").status_code == 204
    news = theirs.get(f"{address}?since={version}&here=").json()
    assert "Anna Agent" in news["html"] and news["here"] == str(agent.pk) and "watermark" not in news
    assert theirs.get(f"{address}?since={version}&here={news['here']}").status_code == 204
    mine.get(f"{address}?since={version}&here={lead.pk}&writing=1")
    assert "is writing" in theirs.get(f"{address}?since={version}&here={news['here']}").json()["html"]
    assert "Lea Lead" in mine.get(f"/tickets/{incident.reference}/").content.decode()
    client.force_login(requester)
    assert client.get(f"{address}?since={version}&here=").status_code == 204
    assert "Rosa" not in str(theirs.get(f"{address}?since={version}&here=x").json())


def test_nobody_is_seen_while_the_cache_is_away(
    incident: Ticket, agent: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "get", lambda key, default=None, version=None: default)
    monkeypatch.setattr(cache, "set", lambda *args, **kwargs: None)
    client.force_login(agent)
    assert client.get(f"/tickets/{incident.reference}/").status_code == 200
    assert client.get(f"/tickets/{incident.reference}/watermark/?since=1&here=").status_code in (200, 204)


# --- what was written meanwhile ---


def test_comment_written_meanwhile_is_shown_before_mine_is_sent(
    incident: Ticket, agent: User, lead: User, requester: User, client: Client
) -> None:
    client.force_login(agent)
    page = client.get(f"/tickets/{incident.reference}/")
    comment(incident, by=requester, body="It works again!")
    given = {"body": "Please restart", "kind": "public", "last_read": page.context["last_read"]}
    answer = client.post(f"/tickets/{incident.reference}/write/", given)
    text = answer.content.decode()
    assert answer.status_code == 409 and "It works again!" in text and "Please restart" in text
    assert Comment.objects.count() == 1
    again = client.post(
        f"/tickets/{incident.reference}/write/", {**given, "last_read": answer.context["last_read"]}
    )
    assert again.status_code == 302 and Comment.objects.count() == 2


def test_requester_is_not_stopped_by_notes(
    incident: Ticket, agent: User, requester: User, client: Client
) -> None:
    client.force_login(requester)
    comment(incident, by=agent, body="Hm", kind=INTERNAL)
    address = f"/portal/requests/{incident.reference}/"
    assert client.post(address, {"body": "Hello", "last_read": "0"}).status_code == 302
    comment(incident, by=agent, body="What did you see?")
    answer = client.post(address, {"body": "Hello?", "last_read": "0"})
    assert answer.status_code == 409 and "What did you see?" in answer.content.decode()
    with pytest.raises(StaleVersion):
        comment(incident, by=requester, body="x", last_read=0)


# --- a save over a newer version ---


def sent(page: Any) -> dict[str, Any]:
    """What the form of a page would send: its fields and hidden values."""
    html = page.content.decode().partition('class="form"')[2]
    hidden = dict(re.findall(r'<input type="hidden" name="([\w.]+)" value="([^"]*)"', html))
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    shown = {name: value for name, value in values.items() if value not in (None, "", False)}
    if "requester" in shown:
        person = shown["requester"]
        shown["requester"] = person if isinstance(person, str) else person.email
    kept = ("version", "_before", "_theirs")
    return {**shown, **{name: hidden[name] for name in kept if name in hidden}}


def test_both_sides_are_shown_and_one_chooses(
    incident: Ticket, agent: User, lead: User, client: Client
) -> None:
    client.force_login(agent)
    address = f"/tickets/{incident.reference}/edit/"
    mine = {**sent(client.get(address)), "title": "My title", "urgency": "1"}
    edit(incident, {"title": "Their title", "description": "Their words"}, by=lead)
    answer = client.post(address, mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "My title" in text and "Their title" in text and incident.title in text
    found = {each.name: each.is_conflict for each in answer.context["differences"]}
    assert found == {"title": True, "description": False}
    assert Ticket.objects.get(pk=incident.pk).title == "Their title"
    chosen = {**sent(answer), "choose.title": "theirs"}
    assert client.post(address, chosen).status_code == 302
    row = Ticket.objects.get(pk=incident.pk)
    assert (row.title, row.description, row.urgency) == ("Their title", "Their words", 1)


@pytest.mark.parametrize(("button", "title"), [("mine", "My title"), ("theirs", "Their title")])
def test_one_button_chooses_for_all(
    incident: Ticket, agent: User, lead: User, client: Client, button: str, title: str
) -> None:
    client.force_login(agent)
    address = f"/tickets/{incident.reference}/edit/"
    mine = {**sent(client.get(address)), "title": "My title"}
    edit(incident, {"title": "Their title"}, by=lead)
    answer = client.post(address, mine)
    other = {"mine": "theirs", "theirs": "mine"}[button]
    assert client.post(address, {**sent(answer), "choose.title": other, "choose": button}).status_code == 302
    assert Ticket.objects.get(pk=incident.pk).title == title


def test_newer_version_that_changed_nothing_shown_is_no_conflict(
    incident: Ticket, agent: User, requester: User, client: Client
) -> None:
    client.force_login(agent)
    address = f"/tickets/{incident.reference}/edit/"
    mine = {**sent(client.get(address)), "title": "My title"}
    comment(incident, by=requester, body="One more thing")
    assert client.post(address, mine).status_code == 302
    assert Ticket.objects.get(pk=incident.pk).title == "My title"


def test_refused_form_stays_the_one_that_was_made_then(
    incident: Ticket, agent: User, lead: User, client: Client
) -> None:
    client.force_login(agent)
    address = f"/tickets/{incident.reference}/edit/"
    mine = {**sent(client.get(address)), "title": ""}
    edit(incident, {"title": "Their title"}, by=lead)
    answer = client.post(address, mine)
    assert answer.status_code == 422
    assert client.post(address, {**sent(answer), "title": "My title"}).status_code == 409


def test_set_up_form_shows_both_sides_too(answer: CannedAnswer, administrator: User, client: Client) -> None:
    client.force_login(administrator)
    address = f"/manage/canned-answers/{answer.pk}/"
    mine = {**sent(client.get(address)), "folder": "Mine"}
    save_canned(answer, {"folder": "Theirs"}, by=administrator)
    conflict = client.post(address, mine)
    assert conflict.status_code == 409 and "Theirs" in conflict.content.decode()
    assert client.post(address, {**sent(conflict), "choose.folder": "mine"}).status_code == 302
    assert CannedAnswer.objects.get().folder == "Mine"


def test_move_that_came_too_late_keeps_what_was_typed(
    incident: Ticket, agent: User, lead: User, fixed: Any, client: Client
) -> None:
    from tickets.actions import move, take  # noqa: PLC0415

    take(incident, by=agent)
    client.force_login(agent)
    address = f"/tickets/{incident.reference}/move/resolved/"
    page = client.get(address)
    given = {
        "version": page.context["version"],
        "solution": "Long words",
        "cause": "Jam",
        "resolution_code": fixed.pk,
    }
    values = {"solution": "Done", "cause": "x", "resolution_code": fixed}
    move(incident, "resolved", by=lead, values=values)
    answer = client.post(address, given)
    assert answer.status_code == 409 and "Long words" in answer.content.decode()


@pytest.mark.parametrize("packed", ["x", "AAAA", "eJwDAAAAAAE=", "W10="])
def test_broken_hidden_value_is_as_none(
    incident: Ticket, agent: User, lead: User, client: Client, packed: str
) -> None:
    client.force_login(agent)
    address = f"/tickets/{incident.reference}/edit/"
    mine = {**sent(client.get(address)), "title": "My title", "_before": packed, "_theirs": packed}
    edit(incident, {"title": "Their title"}, by=lead)
    assert client.post(address, {**mine, "choose.title": "theirs"}).status_code == 409


# --- small things ---


def test_pencil_goes_with_the_delay(incident: Ticket, agent: User, client: Client) -> None:
    def pencils() -> int:
        page = client.get(f"/tickets/{incident.reference}/").content.decode()
        return len(re.findall(r"/comments/\d+/edit/", page))

    comment(incident, by=agent, body="Old", kind=INTERNAL, at=timezone.now() - timedelta(minutes=20))
    client.force_login(agent)
    assert pencils() == 0
    comment(incident, by=agent, body="New", kind=INTERNAL)
    assert pencils() == 1
    Policy.objects.update(edit_minutes=30)
    cache.clear()
    assert pencils() == 2


def test_opening_a_ticket_reads_what_it_told(
    incident: Ticket, agent: User, requester: User, outsider: User, client: Client
) -> None:
    comment(incident, by=agent, body="We look")
    tell_all()
    assert Notification.objects.filter(user=requester, read_at=None).exists()
    client.force_login(outsider)
    assert client.post(f"/tickets/{incident.reference}/seen/").status_code == 404
    client.force_login(requester)
    assert client.post(f"/tickets/{incident.reference}/seen/").status_code == 204
    assert not Notification.objects.filter(user=requester, read_at=None).exists()


def test_export_gives_the_rows_of_the_page(
    incident: Ticket, agent: User, requester: User, outside_agent: User, client: Client
) -> None:
    from tickets.actions import open_ticket  # noqa: PLC0415

    open_ticket("incident", by=requester, title="=HYPERLINK(1)", service=incident.service)
    client.force_login(agent)
    text = client.get("/queue/export/?view=all").getvalue().decode()
    assert incident.reference in text and ",'=HYPERLINK(1)," in text
    assert client.get("/queue/export/?view=all&q=mail").getvalue().decode().count("INC-") == 1
    assert client.get("/queue/export/?view=closed").getvalue().decode().count("INC-") == 0
    client.force_login(outside_agent)
    assert "INC-" not in client.get("/queue/export/?view=all").getvalue().decode()
    client.force_login(requester)
    assert client.get("/queue/export/").status_code == 403
