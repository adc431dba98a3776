"""Major incidents: declared by right and once, everybody told once, children solved with the master, reviewed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Entity, User
from core.exceptions import Refused, StaleVersion
from core.models import OutboxMessage
from core.outbox import relay
from incidents.actions import (
    attach_child,
    communicate,
    declare_major,
    edit_major,
    join_major,
    review_major,
    write_entry,
)
from incidents.choices import MAIL_TOPIC
from incidents.models import Concerned, MajorEntry, MajorIncident
from incidents.open_majors import KEY, under_way
from incidents.spread import spread_entry, touched_by
from notifications.models import Notification
from services.models import Service
from tests.core.processes import running
from tests.factories import make_user
from tickets.actions import follow, move, open_ticket
from tickets.actions.linking import link
from tickets.choices import LinkType, Status, Verb
from tickets.models import Event, Link, ResolutionCode, Ticket

JSON: dict[str, Any] = {"content_type": "application/json"}


def solve(ticket: Ticket, by: User) -> Ticket:
    """Solve it as any incident is."""
    code = ResolutionCode.objects.get(slug="software-fix")
    values = {"cause": "The disk was full", "solution": "The disk was emptied", "resolution_code": code}
    return move(ticket, Status.RESOLVED, by=by, values=values)


def fresh(ticket: Ticket) -> Ticket:
    """The ticket as it is now."""
    return Ticket.objects.get(pk=ticket.pk)


class TestDeclaring:
    def test_needs_the_right_on_the_entity(
        self, incident: Ticket, agent: User, requester: User, outside_agent: User, manager: User
    ) -> None:
        for person in (agent, requester, outside_agent):
            with pytest.raises(PermissionDenied):
                declare_major(incident, by=person, reason="Everybody is touched")
        made = declare_major(incident, by=manager, reason="Everybody is touched")
        assert made.summary == incident.title
        assert [str(row) for row in (*made.services.all(), *made.entities.all())] == ["Mail", "School"]
        assert [entry.body for entry in made.entries.all()] == ["Everybody is touched"]
        assert Event.objects.get(ticket=incident, verb=Verb.DECLARED).data == {"act": "declared"}

    def test_is_refused_where_it_makes_no_sense(
        self, incident: Ticket, lead: User, requester: User, major: MajorIncident, children: list[Ticket]
    ) -> None:
        hidden = open_ticket("incident", by=requester, title="Salaries are readable", is_confidential=True)
        hidden.team = incident.team
        hidden.save()
        other = open_ticket("problem", by=lead, title="Why?", entity=incident.entity)
        done = solve(open_ticket("incident", by=requester, title="It was nothing"), lead)
        for ticket in (incident, hidden, children[0], other, done):
            with pytest.raises(Refused):
                declare_major(ticket, by=lead, reason="Because")
        with pytest.raises(Refused) as refused:
            declare_major(open_ticket("incident", by=requester, title="More"), by=lead, reason=" ")
        assert "reason" in refused.value.errors

    def test_nobody_speaks_to_an_entity_out_of_reach(
        self, incident: Ticket, lead: User, hospital: Entity, school: Entity, administrator: User
    ) -> None:
        with pytest.raises(Refused) as refused:
            declare_major(incident, by=lead, reason="All", entities=[school, hospital])
        assert "entities" in refused.value.errors
        made = declare_major(incident, by=administrator, reason="All", entities=[school, hospital])
        kept = edit_major(
            made, {"entities": [school, hospital], "summary": "No mail at all"}, by=lead, version=1
        )
        assert kept.entities.count() == 2
        with pytest.raises(StaleVersion):
            edit_major(made, {"summary": "Mail"}, by=lead, version=1)

    @pytest.mark.django_db(transaction=True)
    def test_two_who_declare_at_once_declare_one(self, incident: Ticket, lead: User, manager: User) -> None:
        def declare(person: User) -> None:
            try:
                declare_major(incident, by=person, reason="At once")
            except Refused:
                return

        with running(
            *[lambda who=who: declare(who) for who in (lead, manager, lead, manager)]
        ) as all_at_once:
            for each in all_at_once:
                each.join(40)
        assert MajorIncident.objects.count() == 1
        assert MajorEntry.objects.count() == 1
        assert Event.objects.filter(verb=Verb.DECLARED).count() == 1


class TestTelling:
    def test_everybody_touched_is_told_once(
        self, major: MajorIncident, children: list[Ticket], requester: User, colleague: User, lead: User,
        library_requester: User, outsider: User, agent: User, n1: Any,
    ) -> None:  # fmt: skip
        follow(children[0], requester, by=agent)
        follow(major.incident, colleague, by=agent)
        entry = communicate(major, "The server is being repaired", by=lead)
        assert not Notification.objects.filter(about="major").exists()
        relay()
        relay()
        told = [letter.payload["user"] for letter in OutboxMessage.objects.filter(topic=MAIL_TOPIC)]
        assert len(told) == len(set(told))
        assert {requester.pk, colleague.pk, library_requester.pk, agent.pk} <= set(told)
        assert not {outsider.pk, lead.pk} & set(told)
        bells = Notification.objects.filter(about="major")
        assert sorted(bells.values_list("user", flat=True)) == sorted([requester.pk, colleague.pk])
        assert Event.objects.filter(data__major_entry=entry.pk).count() == 3
        mine = [letter for letter in mail.outbox if letter.to == [colleague.email]]
        assert len(mine) == 1
        assert "The server is being repaired" in mine[0].body
        assert "[Major incident] No mail" in mine[0].subject

    def test_mail_is_in_the_language_of_its_reader(
        self, major: MajorIncident, lead: User, requester: User
    ) -> None:
        User.objects.filter(pk=requester.pk).update(language="fr")
        communicate(major, "On répare", by=lead, next_update_at=timezone.now() + timedelta(hours=1))
        relay()
        relay()
        [mine] = [letter for letter in mail.outbox if letter.to == [requester.email]]
        assert mine.extra_headers["Auto-Submitted"] == "auto-generated"
        assert "On répare" in mine.body

    def test_worker_that_runs_twice_tells_nobody_twice(
        self, major: MajorIncident, children: list[Ticket], lead: User
    ) -> None:
        entry = communicate(major, "Once", by=lead)
        assert spread_entry(entry.pk) > 0
        letters, events = OutboxMessage.objects.count(), Event.objects.count()
        assert spread_entry(entry.pk) == 0
        assert (OutboxMessage.objects.count(), Event.objects.count()) == (letters, events)

    @pytest.mark.django_db(transaction=True)
    def test_workers_that_run_at_once_tell_once(
        self, major: MajorIncident, children: list[Ticket], lead: User
    ) -> None:
        entry = communicate(major, "Once", by=lead)
        with running(*[lambda: spread_entry(entry.pk)] * 4) as workers:
            for worker in workers:
                worker.join(40)
        assert Event.objects.filter(data__major_entry=entry.pk).count() == 3
        told = OutboxMessage.objects.filter(topic=MAIL_TOPIC).values_list("payload__user", flat=True)
        assert len(told) == len(set(told)) > 2

    def test_internal_lines_are_for_those_at_work(
        self, major: MajorIncident, agent: User, colleague: User, requester: User
    ) -> None:
        with pytest.raises(PermissionDenied):
            write_entry(major, "I know why", by=requester)
        with pytest.raises(PermissionDenied):
            communicate(major, "Hello", by=agent)
        earlier = timezone.now() - timedelta(hours=3)
        write_entry(major, "The first alarm", by=agent, happened_at=earlier)
        assert major.entries.earliest("at").body == "The first alarm"
        with pytest.raises(Refused) as refused:
            write_entry(major, "Soon", by=agent, happened_at=timezone.now() + timedelta(hours=1))
        assert "happened_at" in refused.value.errors

    def test_people_of_a_large_entity_cost_no_statement_each(
        self, major: MajorIncident, lead: User, school: Entity
    ) -> None:
        entry = communicate(major, "Once", by=lead)
        with CaptureQueriesContext(connection) as few:
            spread_entry(entry.pk)
        for number in range(30):
            make_user(f"Pupil Number{number}", entity=school)
        again = communicate(major, "Twice", by=lead)
        with CaptureQueriesContext(connection) as many:
            assert spread_entry(again.pk) > 30
        assert len(many) <= len(few) + 1


class TestChildren:
    def test_are_solved_with_the_master_and_closed_ones_are_left(
        self, major: MajorIncident, children: list[Ticket], lead: User, agent: User, colleague: User
    ) -> None:
        closed = move(solve(children[1], agent), Status.CLOSED, by=colleague)
        before = fresh(closed).version
        solve(major.incident, lead)
        solved = fresh(children[0])
        assert (solved.status, solved.solution) == (Status.RESOLVED, "The disk was emptied")
        assert solved.incident_details.cause == "The disk was full"
        assert fresh(closed).version == before
        assert fresh(major.incident).is_open is False

    def test_waiting_child_is_solved_too(
        self, major: MajorIncident, children: list[Ticket], lead: User, agent: User, waiting: Any
    ) -> None:
        move(children[0], Status.PENDING, by=agent, values={"pending_reason": waiting})
        solve(major.incident, lead)
        assert {fresh(child).status for child in children} == {Status.RESOLVED}

    def test_what_cannot_be_a_child(
        self, major: MajorIncident, agent: User, lead: User, outsider: User, requester: User
    ) -> None:
        problem = open_ticket("problem", by=lead, title="Why?", entity=major.incident.entity)
        other = open_ticket("incident", by=requester, title="Telephones")
        second = declare_major(other, by=lead, reason="Too")
        abroad = open_ticket("incident", by=outsider, title="Elsewhere")
        child = open_ticket("incident", by=requester, title="One more")
        for ticket in (problem, other, major.incident):
            with pytest.raises(Refused):
                attach_child(major, ticket, by=agent)
        with pytest.raises((Refused, PermissionDenied)):
            attach_child(major, abroad, by=agent)
        attach_child(major, child, by=agent)
        attach_child(major, child, by=agent)
        assert Link.objects.filter(target=child, link_type=LinkType.PARENT).count() == 1
        with pytest.raises(Refused):
            attach_child(second, child, by=agent)

    def test_child_linked_by_hand_counts(self, major: MajorIncident, requester: User, agent: User) -> None:
        child = open_ticket("incident", by=requester, title="One more")
        link(major.incident, child, LinkType.PARENT, by=agent)
        assert touched_by(major)[requester.pk] == major.incident_id
        solve(major.incident, agent)
        assert fresh(child).status == Status.RESOLVED


class TestClosing:
    def test_needs_the_review(self, major: MajorIncident, lead: User, agent: User, requester: User) -> None:
        with pytest.raises(Refused):
            review_major(major, by=lead, what_happened="Too early")
        solve(major.incident, lead)
        ticket = fresh(major.incident)
        assert ticket.closes_at is None
        with pytest.raises(Refused) as refused:
            move(ticket, Status.CLOSED, by=requester)
        assert "to" in refused.value.errors
        with pytest.raises(PermissionDenied):
            review_major(major, by=agent, what_happened="A disk")
        with pytest.raises(Refused):
            review_major(major, by=lead, what_happened=" ")
        actions: list[dict[str, Any]] = [{"text": "Watch the disk", "owner": agent}, {"text": ""}]
        row = review_major(major, by=lead, what_happened="A disk", to_improve="Alarms", follow_ups=actions)
        assert row.reviewed_by == lead
        assert [str(action) for action in ticket.follow_ups.all()] == ["Watch the disk"]
        assert fresh(ticket).closes_at is not None
        assert move(ticket, Status.CLOSED, by=requester).status == Status.CLOSED

    def test_reopened_incident_is_under_way_again_and_reviewed_anew(
        self, major: MajorIncident, lead: User, requester: User
    ) -> None:
        solve(major.incident, lead)
        review_major(major, by=lead, what_happened="A disk")
        move(major.incident, Status.IN_PROGRESS, by=requester, values={"reason": "Still no mail"})
        major.refresh_from_db()
        assert major.is_under_way
        assert major.reviewed_at is None


class TestBanner:
    def test_is_for_those_it_touches(
        self, major: MajorIncident, requester: User, library_requester: User, outsider: User, agent: User,
        outside_agent: User, client: Client,
    ) -> None:  # fmt: skip
        cache.delete(KEY)
        for person, address, sees in (
            (requester, "/portal/", True),
            (library_requester, "/portal/report/", True),
            (outsider, "/portal/", False),
            (agent, "/home/", True),
            (outside_agent, "/home/", False),
        ):
            client.force_login(person)
            page = client.get(address).content.decode()
            assert ("major-banner" in page) == sees, person

    def test_is_gone_when_it_ends(
        self, major: MajorIncident, lead: User, requester: User, client: Client
    ) -> None:
        solve(major.incident, lead)
        cache.delete(KEY)
        client.force_login(requester)
        assert "major-banner" not in client.get("/portal/").content.decode()

    def test_is_one_statement_and_none_while_kept(self, major: MajorIncident) -> None:
        cache.delete(KEY)
        with CaptureQueriesContext(connection) as asked:
            assert [row.reference for row in under_way()] == [major.incident.reference]
        assert len(asked) == 1
        with CaptureQueriesContext(connection) as asked:
            under_way()
        assert len(asked) == 0

    def test_without_entities_it_is_for_whoever_is_offered_the_service(
        self, major: MajorIncident, lead: User, requester: User, outsider: User
    ) -> None:
        edit_major(major, {"entities": []}, by=lead)
        cache.delete(KEY)
        [row] = under_way()
        assert row.touches(requester)
        assert not row.touches(outsider)

    def test_who_is_touched_too_joins_once_without_a_ticket(
        self, major: MajorIncident, colleague: User, outsider: User, lead: User, client: Client
    ) -> None:
        place = f"/incidents/major/{major.incident.reference}"
        client.force_login(colleague)
        assert "I am touched too" in client.get(f"{place}/status/").content.decode()
        for _twice in range(2):
            assert client.post(f"{place}/join/").status_code == 302
        assert Concerned.objects.filter(user=colleague).count() == 1
        assert not Ticket.objects.visible_to(colleague).filter(pk=major.incident_id).exists()
        client.force_login(outsider)
        assert client.get(f"{place}/status/").status_code == 404
        assert client.post(f"{place}/join/").status_code == 404
        with pytest.raises(PermissionDenied):
            join_major(major, by=outsider)
        solve(major.incident, lead)
        major.refresh_from_db()
        with pytest.raises(Refused):
            join_major(major, by=lead)


class TestPages:
    def test_log_is_written_and_told_from_the_page(
        self,
        major: MajorIncident,
        children: list[Ticket],
        lead: User,
        agent: User,
        requester: User,
        client: Client,
    ) -> None:
        place = f"/incidents/major/{major.incident.reference}/"
        client.force_login(lead)
        assert client.get("/incidents/major/").content.decode().count("No mail") >= 1
        assert children[0].reference in client.get(place).content.decode()
        assert client.post(f"{place}log/", {"entry-body": ""}).status_code == 422
        assert client.post(f"{place}log/", {"entry-body": "Called the supplier"}).status_code == 302
        assert client.post(f"{place}tell/", {"word-body": "We are on it"}).status_code == 302
        assert client.post(f"{place}tell/", {"word-body": "", "word-next_update_at": "x"}).status_code == 422
        page = client.get(place).content.decode()
        assert "Called the supplier" in page
        client.force_login(requester)
        shown = client.get(f"{place}status/").content.decode()
        assert "We are on it" in shown
        assert "Called the supplier" not in shown
        assert client.get(place).status_code == 403
        assert client.get("/incidents/major/").status_code == 403

    def test_new_incident_on_the_service_is_offered_to_join(
        self, major: MajorIncident, colleague: User, agent: User, mail_service: Service, client: Client
    ) -> None:
        fresh_one = open_ticket("incident", by=colleague, title="Nothing arrives", service=mail_service)
        cache.delete(KEY)
        client.force_login(agent)
        offered = client.get(f"/tickets/{fresh_one.reference}/panels/").content.decode()
        assert f"/incidents/{fresh_one.reference}/part-of/" in offered
        assert (
            fresh_one.reference
            in client.get(f"/incidents/major/{major.incident.reference}/").content.decode()
        )
        client.post(f"/incidents/{fresh_one.reference}/part-of/", {"major": major.incident.reference})
        assert Link.objects.filter(source=major.incident, target=fresh_one).exists()
        assert (
            "It is told and solved with it"
            in client.get(f"/tickets/{fresh_one.reference}/panels/").content.decode()
        )

    def test_declaring_and_reviewing_by_form(
        self, incident: Ticket, lead: User, mail_service: Service, school: Entity, client: Client
    ) -> None:
        client.force_login(lead)
        place = f"/incidents/{incident.reference}/declare/"
        assert client.get(place).status_code == 200
        assert client.post(place, {"summary": "No mail"}).status_code == 422
        given = {
            "reason": "All",
            "summary": "No mail",
            "services": [mail_service.pk],
            "entities": [school.pk],
        }
        answer = client.post(place, given)
        assert answer["Location"] == f"/incidents/major/{incident.reference}/"
        assert client.post(place, given).status_code == 422
        solve(incident, lead)
        review = f"/incidents/major/{incident.reference}/review/"
        form = {
            "version": "1", "what_happened": "A disk", "went_well": "", "to_improve": "", "follow-TOTAL_FORMS": "2",
            "follow-INITIAL_FORMS": "0", "follow-0-text": "Watch it", "follow-0-owner": lead.email,
        }  # fmt: skip
        assert client.post(review, {**form, "follow-0-owner": "nobody at all"}).status_code == 422
        assert client.post(review, {**form, "version": "7"}).status_code == 409
        assert client.post(review, form).status_code == 302
        assert MajorIncident.objects.get().reviewed_by == lead

    def test_list_costs_the_same_with_more_rows(
        self, major: MajorIncident, requester: User, lead: User, client: Client
    ) -> None:
        client.force_login(lead)
        client.get("/incidents/major/")
        with CaptureQueriesContext(connection) as few:
            client.get("/incidents/major/")
        for number in range(5):
            declare_major(
                open_ticket("incident", by=requester, title=f"More {number}"), by=lead, reason="Too"
            )
        client.get("/incidents/major/")
        with CaptureQueriesContext(connection) as many:
            client.get("/incidents/major/")
        assert len(many) <= len(few)


def test_major_incidents_over_the_api(
    incident: Ticket,
    lead: User,
    colleague: User,
    requester: User,
    outsider: User,
    client: Client,
    mail_service: Service,
) -> None:
    client.force_login(lead)
    place = "/api/v1/major-incidents/"
    made = client.post(place, {"incident": incident.reference, "reason": "All", "summary": "No mail"}, **JSON)
    assert made.status_code == 201, made.content
    one = f"{place}{incident.reference}/"
    assert made.json()["coordinator"]["email"] == lead.email
    assert client.post(place, {"incident": incident.reference, "reason": "All"}, **JSON).status_code == 422
    assert (
        client.patch(one, {"summary": "No mail at all", "services": ["mail"]}, **JSON).json()["version"] == 2
    )
    assert client.post(f"{one}entries/", {"body": "Called"}, **JSON).status_code == 201
    assert client.post(f"{one}communicate/", {"body": "We are on it"}, **JSON).json()["is_public"] is True
    child = open_ticket("incident", by=colleague, title="Mine too", service=mail_service)
    assert client.post(f"{one}children/", {"incident": child.reference}, **JSON).status_code == 201
    assert [row["reference"] for row in client.get(f"{one}children/").json()["results"]] == [child.reference]
    assert client.post(f"{one}review/", {"what_happened": "A disk"}, **JSON).status_code == 422
    assert [row["reference"] for row in client.get(f"{place}?under_way=true").json()["results"]] == [
        incident.reference
    ]
    client.force_login(colleague)
    seen = client.get(one).json()
    assert (seen["summary"], seen["title"], seen["reason"]) == ("No mail at all", None, None)
    assert [row["body"] for row in client.get(f"{one}entries/").json()["results"]] == ["We are on it"]
    assert client.post(f"{one}join/", {}, **JSON).status_code == 200
    assert client.post(f"{one}communicate/", {"body": "I too"}, **JSON).status_code == 403
    client.force_login(outsider)
    assert client.get(one).status_code == 404
    assert client.get(place).json()["results"] == []
