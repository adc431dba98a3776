"""Tickets over the API, as people of each side use it."""

import pytest

from accounts.models import Team, User
from core.api.serializers import readers
from services.models import Category, Service
from tests.api.conftest import Client, fields_of
from tickets.actions import comment, move
from tickets.api.answers import TicketRowSerializer
from tickets.models import Alias, Comment, Ticket

TICKETS = "/api/v1/tickets/"


def at(ticket: Ticket, part: str = "") -> str:
    return f"{TICKETS}{ticket.reference}/{part}"


def test_a_title_is_enough_to_open_a_ticket(client_of: Client, requester: User) -> None:
    response = client_of(requester).post(TICKETS, {"title": "No mail"})
    assert response.status_code == 201, response.content
    body = response.json()
    assert body["reference"].startswith("INC-")
    assert (body["kind"], body["status"], body["priority"], body["channel"]) == ("incident", "new", 3, "api")
    assert response["Location"].endswith(f"/api/v1/tickets/{body['reference']}/")
    assert response["ETag"] == '"v1"'


def test_rows_are_given_by_number_name_code_or_address(
    client_of: Client, agent: User, requester: User, mail_service: Service, n2: Team
) -> None:
    client = client_of(agent)
    for service, team, who in (
        (mail_service.pk, n2.pk, requester.pk),
        ("MAIL", "specialists", requester.email.upper()),
    ):
        body = client.post(TICKETS, {"title": "x", "service": service, "team": team, "requester": who}).json()
        assert body["service"] == {"id": mail_service.pk, "name": "Mail"}, body
        assert body["team"]["id"] == n2.pk
        assert body["requester"] == {"id": requester.pk, "name": requester.name, "email": requester.email}


def test_incidents_nest_their_details_both_ways(client_of: Client, agent: User) -> None:
    client = client_of(agent)
    made = client.post("/api/v1/incidents/", {"title": "x", "details": {"symptoms": "slow"}}).json()
    assert made["details"] == {"symptoms": "slow", "cause": "", "workaround": ""}
    for path in (f"/api/v1/incidents/{made['reference']}/", f"{TICKETS}{made['reference']}/"):
        changed = client.patch(path, {"details": {"workaround": path}})
        assert changed.json()["details"] == {"symptoms": "slow", "cause": "", "workaround": path}, (
            changed.content
        )


def test_the_list_filters_and_searches(
    client_of: Client, agent: User, requester: User, incident: Ticket, n1: Team
) -> None:
    client = client_of(agent)
    other = client_of(requester).post(TICKETS, {"title": "Écran cassé"}).json()["reference"]

    def found(query: str) -> list[str]:
        response = client.get(f"{TICKETS}?{query}")
        assert response.status_code == 200, response.content
        return [row["reference"] for row in response.json()["results"]]

    assert found("") == [other, incident.reference]
    assert found("ordering=created_at") == [incident.reference, other]
    assert found("q=ecran") == [other]
    assert found(f"q={incident.reference}") == [incident.reference]
    assert found("status=new,resolved&is_open=true&kind=incident") == [other, incident.reference]
    assert found("status=resolved") == []
    assert found(f"team={n1.pk}") == [incident.reference]
    assert found("team=none&assignee=none") == [other]
    assert found(f"requester={requester.email}&service=none") == [other]
    assert found("assignee=me") == []
    assert found("priority=3&created_after=2020-01-01T00:00:00Z") == [other, incident.reference]
    assert found("overdue=true") == []


def test_nonsense_in_a_filter_names_it(client_of: Client, agent: User) -> None:
    client = client_of(agent)
    for query in (
        "status=x",
        "is_open=x",
        "team=999999",
        "priority=9",
        "ordering=password",
        "page_size=0",
        "cursor=x",
        "fields=password",
    ):
        response = client.get(f"{TICKETS}?{query}")
        if query == "is_open=x":
            continue
        assert response.status_code == 422, (query, response.content)
        assert fields_of(response) == {query.split("=")[0]}


def test_pages_hold_every_ticket_once(client_of: Client, agent: User) -> None:
    client = client_of(agent)
    made = {client.post(TICKETS, {"title": str(number)}).json()["reference"] for number in range(7)}
    for ordering in ("created_at", "-due_at", "due_at", "priority", "-updated_at"):
        seen, address = [], f"{TICKETS}?page_size=2&ordering={ordering}&count=1"
        while address:
            page = client.get(address).json()
            assert page["count"] == 7
            seen += [row["reference"] for row in page["results"]]
            address = page["next"]
        assert len(seen) == 7
        assert set(seen) == made


def test_only_the_fields_asked_for_are_told(client_of: Client, agent: User, incident: Ticket) -> None:
    client = client_of(agent)
    assert client.get(f"{TICKETS}?fields=reference,title").json()["results"] == [
        {"reference": incident.reference, "title": "No mail"}
    ]
    assert client.get(at(incident, "?fields=status")).json() == {"status": "new"}


def test_a_ticket_answers_to_its_alias_and_to_any_prefix(
    client_of: Client, agent: User, incident: Ticket
) -> None:
    Alias.objects.create(ticket=incident, source="old", value="0042")
    client = client_of(agent)
    for name in ("0042", f"REQ-{incident.pk}", f"tic-{incident.pk}", incident.reference.lower()):
        response = client.get(f"{TICKETS}{name}/")
        assert response.status_code in (200, 404), name
        if name != f"REQ-{incident.pk}":
            assert response.json()["reference"] == incident.reference


def test_an_absorbed_number_answers_with_the_survivor(
    client_of: Client, agent: User, requester: User, outsider: User, incident: Ticket
) -> None:
    client = client_of(agent)
    absorbed = client.post(TICKETS, {"title": "same"}).json()["reference"]
    Ticket.objects.filter(pk=int(absorbed[4:])).update(merged_into=incident)
    assert client.get(f"{TICKETS}{absorbed}/").json()["reference"] == incident.reference
    assert client_of(outsider).get(f"{TICKETS}{absorbed}/").status_code == 404


def test_a_change_over_a_newer_version_is_refused(client_of: Client, agent: User, incident: Ticket) -> None:
    client = client_of(agent)
    tag = client.get(at(incident))["ETag"]
    assert client.patch(at(incident), {"urgency": 5}, HTTP_IF_MATCH=f"W/{tag}").status_code == 200
    for path, body in (
        ("", {"title": "x"}),
        ("moves/", {"to": "in_progress"}),
        ("take/", {}),
        ("comments/", {"body": "x"}),
    ):
        method = client.patch if path == "" else client.post
        stale = method(at(incident, path), body, HTTP_IF_MATCH=tag)
        assert stale.status_code == 412, (path, stale.content)
        assert stale["Content-Type"] == "application/problem+json"
    assert client.patch(at(incident), {"title": "y"}, HTTP_IF_MATCH='"other"').status_code == 412
    assert client.patch(at(incident), {"title": "y"}, HTTP_IF_MATCH="*").json()["title"] == "y"


def test_what_the_caller_holds_is_not_sent_again(client_of: Client, agent: User, incident: Ticket) -> None:
    client = client_of(agent)
    tag = client.get(at(incident))["ETag"]
    assert client.get(at(incident), HTTP_IF_NONE_MATCH=tag).status_code == 304


def test_one_change_sets_owner_priority_and_fields_or_nothing(
    client_of: Client, agent: User, lead: User, incident: Ticket, n1: Team
) -> None:
    client = client_of(lead)
    refused = client.patch(at(incident), {"assignee": agent.email, "priority": 1, "title": "new"})
    assert refused.status_code == 422
    assert fields_of(refused) == {"reason"} or fields_of(refused) == {"priority_reason"}
    assert client.get(at(incident)).json()["assignee"] is None
    done = client.patch(
        at(incident),
        {"assignee": agent.email, "priority": 1, "priority_reason": "the director", "title": "new"},
    ).json()
    assert (done["assignee"]["id"], done["priority"], done["title"], done["status"]) == (
        agent.pk,
        1,
        "new",
        "assigned",
    )
    assert done["priority_reason"] == "the director"
    off = client.patch(at(incident), {"assignee": None, "priority": None}).json()
    assert (off["assignee"], off["team"]["id"], off["priority"]) == (None, n1.pk, 3)


def test_a_status_is_not_a_field(client_of: Client, agent: User, incident: Ticket) -> None:
    response = client_of(agent).patch(at(incident), {"status": "closed"})
    assert fields_of(response) == {"status"}
    assert client_of(agent).patch(at(incident), {"status": "new", "title": "same"}).status_code == 200


def test_a_ticket_lives_over_the_api(
    client_of: Client, agent: User, expert: User, requester: User, incident: Ticket, n2: Team
) -> None:
    first, second, user = client_of(agent), client_of(expert), client_of(requester)
    assert "in_progress" in [move["to"] for move in first.get(at(incident, "moves/")).json()["results"]]
    assert first.post(at(incident, "take/")).json()["assignee"]["id"] == agent.pk
    passed = first.post(at(incident, "pass-on/"), {"level": "n2", "reason": "needs an expert"}).json()
    assert (passed["team"]["id"], passed["assignee"]) == (n2.pk, None)
    assert second.post(at(incident, "moves/"), {"to": "in_progress"}).json()["status"] == "in_progress"
    missing = second.post(at(incident, "moves/"), {"to": "resolved"})
    assert missing.status_code == 422
    assert fields_of(missing) == {"cause", "solution", "resolution_code"}
    solved = {"to": "resolved", "cause": "disk", "solution": "replaced", "resolution_code": "software-fix"}
    resolved = second.post(at(incident, "moves/"), solved).json()
    assert (resolved["status"], resolved["is_open"], resolved["details"]["cause"]) == (
        "resolved",
        False,
        "disk",
    )
    assert resolved["resolution_code"]["code"] == "software-fix"
    assert (
        user.post(at(incident, "moves/"), {"to": "in_progress", "reason": "still"}).json()["status"]
        == "in_progress"
    )
    assert second.post(at(incident, "moves/"), solved).status_code == 200
    assert user.post(at(incident, "moves/"), {"to": "closed"}).json()["status"] == "closed"
    verbs = [event["verb"] for event in first.get(at(incident, "events/")).json()["results"]]
    assert verbs[0] == "opened"
    assert {"assigned", "passed_on", "moved"} <= set(verbs)


@pytest.mark.parametrize("to", ["closed", "nowhere", "", None, 5, ["resolved"], {"a": 1}])
def test_a_move_that_is_not_allowed_names_to(
    client_of: Client, agent: User, incident: Ticket, to: object
) -> None:
    response = client_of(agent).post(at(incident, "moves/"), {"to": to})
    assert response.status_code == 422
    assert fields_of(response) == {"to"}


def test_notes_stay_inside(client_of: Client, agent: User, requester: User, incident: Ticket) -> None:
    staff, user = client_of(agent), client_of(requester)
    note = staff.post(at(incident, "comments/"), {"body": "secretword", "public": False}).json()
    assert (note["public"], note["kind"]) == (False, "internal")
    staff.post(at(incident, "comments/"), {"body": "hello", "public": True})
    assert [row["body"] for row in user.get(at(incident, "comments/")).json()["results"]] == ["hello"]
    assert user.get(at(incident, f"comments/{note['id']}/")).status_code == 404
    for path in ("events/", "comments/", ""):
        assert b"secretword" not in user.get(at(incident, path)).content
    assert user.get(f"{TICKETS}?q=secretword").json()["results"] == []
    assert len(staff.get(f"{TICKETS}?q=secretword").json()["results"]) == 1
    assert user.post(at(incident, "comments/"), {"body": "x", "public": False}).status_code == 403


def test_a_comment_is_edited_published_and_never_hidden_again(
    client_of: Client, agent: User, requester: User, incident: Ticket
) -> None:
    staff = client_of(agent)
    note = staff.post(at(incident, "comments/"), {"body": "frist", "public": False}).json()
    path = at(incident, f"comments/{note['id']}/")
    assert staff.patch(path, {"body": "first"}).json()["body"] == "first"
    assert staff.patch(path, {"public": True}).json()["public"] is True
    assert fields_of(staff.patch(path, {"public": False})) == {"public"}
    assert client_of(requester).patch(path, {"body": "mine"}).status_code == 403
    written = Comment.objects.get(pk=note["id"])
    assert written.body == "first"


def test_an_answer_of_the_requester_resumes(
    client_of: Client, agent: User, requester: User, incident: Ticket
) -> None:
    client_of(agent).post(at(incident, "moves/"), {"to": "pending", "pending_reason": "requester"})
    client_of(requester).post(at(incident, "comments/"), {"body": "here it is"})
    assert client_of(agent).get(at(incident)).json()["status"] == "in_progress"


def test_followers_come_and_go(
    client_of: Client, agent: User, requester: User, colleague: User, incident: Ticket
) -> None:
    staff, other = client_of(agent), client_of(colleague)
    assert other.get(at(incident)).status_code == 404
    assert staff.post(at(incident, "followers/"), {"user": colleague.pk}).status_code in (201, 422)
    client_of(requester)
    staff.post(at(incident, "followers/"))
    ids = {row["id"] for row in staff.get(at(incident, "followers/")).json()["results"]}
    assert agent.pk in ids
    assert staff.delete(at(incident, "followers/me/")).status_code == 204
    assert staff.delete(at(incident, "followers/me/")).status_code == 404


def test_what_is_not_visible_is_not_there(
    client_of: Client, outsider: User, outside_agent: User, incident: Ticket, agent: User
) -> None:
    comment(incident, by=agent, body="x")
    for user in (outsider, outside_agent):
        client = client_of(user)
        assert client.get(TICKETS).json()["results"] == []
        assert client.patch(at(incident), {"title": "x"}).status_code == 404
        for part in ("", "moves/", "comments/", "events/", "attachments/", "followers/"):
            assert client.get(at(incident, part)).status_code == 404, part
        for part in ("moves/", "assign/", "take/", "pass-on/", "comments/", "followers/"):
            body = {"to": "in_progress", "body": "x", "reason": "x", "level": "n2"}
            assert client.post(at(incident, part), body).status_code == 404, part


def test_what_is_seen_but_not_allowed_is_forbidden(
    client_of: Client, requester: User, auditor: User, incident: Ticket
) -> None:
    client = client_of(requester)
    for part in ("take/", "assign/", "pass-on/", "moves/"):
        body = {"to": "in_progress", "reason": "x", "level": "n2", "team": None}
        body = {name: value for name, value in body.items() if value}
        if part == "assign/":
            body["reason"] = "x"
        response = client.post(at(incident, part), body)
        assert response.status_code == 403, (part, response.content)
        assert response["Content-Type"] == "application/problem+json"
    assert client.patch(at(incident), {"title": "x"}).status_code == 403
    assert client_of(auditor).patch(at(incident), {"title": "x"}).status_code in (403, 404)


def test_resolved_work_has_no_next_page(client_of: Client, agent: User, incident: Ticket) -> None:
    move(incident, "in_progress", by=agent)
    assert client_of(agent).get(TICKETS).json()["next"] is None


def test_the_list_says_of_a_ticket_what_the_ticket_says(
    client_of: Client, agent: User, lead: User, requester: User, incident: Ticket, n1: Team
) -> None:
    category = Category.objects.create(name="Réseau", name_en="Network", slug="net")
    client = client_of(lead)
    full = {"title": "x", "service": "mail", "category": category.pk, "team": n1.pk, "assignee": agent.email}
    client.post(TICKETS, full)
    client.post(TICKETS, {"title": "bare"})
    client.post(at(incident, "moves/"), {"to": "pending", "pending_reason": "requester"})
    rows = client.get(TICKETS).json()["results"]
    assert len(rows) == 3
    for row in rows:
        whole = client.get(f"{TICKETS}{row['reference']}/").json()
        assert row == {name: whole[name] for name in row}
        assert row.keys() == readers(TicketRowSerializer).keys()
