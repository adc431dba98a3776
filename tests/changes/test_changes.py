"""Changes: what each state demands, who decides, standard and emergency ones, windows, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Entity, User
from changes import pack
from changes.actions import open_change, save_policy, save_template
from changes.deciding import authority
from changes.models import TEMPLATE_TEXTS, ChangeDetails, ChangePolicy, ChangeTemplate, overlapping
from changes.queries import undecided
from core.exceptions import Refused
from services.models import Service
from tests.factories import grant, make_user
from tests.tickets.together import failures, together
from tickets.actions import edit, move, open_ticket
from tickets.actions.approving import decide
from tickets.actions.moving import moves_for
from tickets.choices import LinkType, Status, Verb
from tickets.models import ApprovalStep, Link, Ticket
from tickets.models.approvals import Answer, Quorum

pytestmark = pytest.mark.django_db

DESCRIBED = {
    "justification": "The disk is old", "effects": "Ten minutes without mail", "risk_note": "It may take longer",
    "plan": "Copy, switch", "backout_plan": "Switch back",
}  # fmt: skip
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WINDOW = {"window_start": MONDAY + timedelta(hours=9), "window_end": MONDAY + timedelta(hours=11)}


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def change(agent: User, mail_service: Service, authority: User) -> Ticket:
    """A drafted change of the service."""
    return open_change(by=agent, title="A new disk", service=mail_service, details=dict(DESCRIBED), at=MONDAY)


@pytest.fixture
def emergency(agent: User, mail_service: Service, authority: User) -> Ticket:
    """An emergency change, drafted."""
    details = {**DESCRIBED, "change_type": "emergency"}
    return open_change(by=agent, title="Stop the leak", service=mail_service, details=details, at=MONDAY)


@pytest.fixture
def template(words: None) -> ChangeTemplate:
    """A standard change of the pack."""
    pack.install()
    return ChangeTemplate.objects.get(slug="certificate-renewal")


def evaluated(change: Ticket, by: User, **values: Any) -> Ticket:
    move(change, Status.PROPOSED, by=by, at=MONDAY)
    move(change, Status.EVALUATED, by=by, values={"risk_level": 2, **values}, at=MONDAY)
    return fresh(change)


def step_of(change: Ticket) -> ApprovalStep:
    return ApprovalStep.objects.get(approval__ticket=change, status=Answer.ASKED)


def approved(change: Ticket, by: User, authority: User) -> Ticket:
    decide(step_of(evaluated(change, by)), Answer.APPROVED, by=authority, at=MONDAY)
    return fresh(change)


def test_change_goes_its_whole_way(change: Ticket, agent: User, expert: User, authority: User) -> None:
    row = approved(change, agent, authority)
    assert (row.status, row.details.decision, row.details.decided_at) == (Status.APPROVED, "approved", MONDAY)
    move(row, Status.PLANNED, by=agent, values=WINDOW, at=MONDAY)
    move(row, Status.IN_PROGRESS, by=expert, at=WINDOW["window_start"])
    move(row, Status.DONE, by=expert, at=WINDOW["window_end"])
    values = {"review_result": "success", "review_note": "As planned"}
    move(row, Status.REVIEWED, by=agent, values=values, at=WINDOW["window_end"])
    done = move(row, Status.CLOSED, by=agent, at=WINDOW["window_end"])
    details = fresh(done).details
    assert (details.implemented_at, details.ended_at) == (WINDOW["window_start"], WINDOW["window_end"])
    assert details.review_result == "success"
    told = [
        event.data["changes"]["status"][1]
        for event in row.events.filter(verb__in=[Verb.MOVED, Verb.ASSIGNED]).order_by("pk")
        if "status" in event.data["changes"]
    ]
    assert told == [
        "proposed",
        "evaluated",
        "approved",
        "planned",
        "in_progress",
        "done",
        "reviewed",
        "closed",
    ]


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_proposing_needs_the_whole_description(
    name: str, agent: User, mail_service: Service, authority: User
) -> None:
    details = {key: value for key, value in DESCRIBED.items() if key != name}
    change = open_change(by=agent, title="Half", service=mail_service, details=details)
    with pytest.raises(Refused) as refused:
        move(change, Status.PROPOSED, by=agent)
    assert set(refused.value.errors) == {name}
    assert move(change, Status.PROPOSED, by=agent, values={name: "Said now"}).status == Status.PROPOSED


def test_other_moves_demand_what_they_say(change: Ticket, agent: User, authority: User) -> None:
    row = approved(change, agent, authority)
    for to, missing in ((Status.PLANNED, {"window_start", "window_end"}), (Status.CANCELLED, {"reason"})):
        with pytest.raises(Refused) as refused:
            move(row, to, by=agent)
        assert set(refused.value.errors) == missing
    move(row, Status.PLANNED, by=agent, values=WINDOW, at=MONDAY)
    move(row, Status.IN_PROGRESS, by=agent, at=MONDAY)
    with pytest.raises(Refused) as refused:
        move(row, Status.BACKED_OUT, by=agent)
    assert set(refused.value.errors) == {"reason"}
    row = move(row, Status.BACKED_OUT, by=agent, values={"reason": "The copy failed"}, at=MONDAY)
    with pytest.raises(Refused) as refused:
        move(row, Status.REVIEWED, by=agent)
    assert set(refused.value.errors) == {"review_result", "review_note"}
    with pytest.raises(Refused) as refused:
        move(row, Status.REVIEWED, by=agent, values={"review_result": "splendid", "review_note": "x"})
    assert set(refused.value.errors) == {"review_result"}


def test_window_ends_after_it_begins(change: Ticket, agent: User, authority: User) -> None:
    upside_down = {"window_start": WINDOW["window_end"], "window_end": WINDOW["window_start"]}
    with pytest.raises(Refused) as refused:
        edit(change, {"details": upside_down}, by=agent)
    assert set(refused.value.errors) == {"details.window_end"}
    row = approved(change, agent, authority)
    with pytest.raises(Refused) as refused:
        move(row, Status.PLANNED, by=agent, values=upside_down)
    assert set(refused.value.errors) == {"window_end"}
    with pytest.raises(Refused) as refused:
        open_change(by=agent, title="Upside down", details=upside_down)
    assert set(refused.value.errors) == {"details.window_end"}
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeDetails.objects.filter(pk=row.pk).update(**upside_down)


def test_refused_change_is_reworked_and_decided_on_anew(change: Ticket, agent: User, authority: User) -> None:
    row = evaluated(change, agent)
    decide(step_of(row), Answer.REFUSED, by=authority, reason="Not on a Monday", at=MONDAY)
    row = fresh(row)
    assert (row.status, row.details.decision) == (Status.REFUSED, "refused")
    row = move(row, Status.DRAFT, by=agent, values={"reason": "On Tuesday then"}, at=MONDAY)
    assert fresh(row).details.decision == ""
    edit(fresh(row), {"details": {"plan": "Copy on Tuesday"}}, by=agent)
    assert approved(row, agent, authority).status == Status.APPROVED


def test_reworking_takes_the_question_back(change: Ticket, agent: User, authority: User) -> None:
    row = evaluated(change, agent)
    step = step_of(row)
    move(row, Status.DRAFT, by=agent, values={"reason": "Forgot something"}, at=MONDAY)
    assert row.approvals.get().status == Answer.WITHDRAWN
    with pytest.raises(Refused):
        decide(step, Answer.APPROVED, by=authority)
    assert fresh(row).status == Status.DRAFT


def test_what_was_decided_on_stays_until_reworked(change: Ticket, agent: User, authority: User) -> None:
    row = approved(change, agent, authority)
    for name, value in (*DESCRIBED.items(), ("change_type", "emergency"), ("risk_level", 1)):
        if name == "risk_note":
            continue
        with pytest.raises(Refused) as refused:
            edit(row, {"details": {name: value if not isinstance(value, str) else f"{value}!"[:9]}}, by=agent)
        assert set(refused.value.errors) == {f"details.{name}"}
    assert edit(row, {"details": {"outage_expected": 20}}, by=agent).details.outage_expected == 20


def test_computed_columns_are_nobodys_to_write(change: Ticket, agent: User) -> None:
    for name in ChangeDetails.computed:
        with pytest.raises(Refused) as refused:
            edit(change, {"details": {name: "approved"}}, by=agent)
        assert set(refused.value.errors) == {f"details.{name}"}


def test_nobody_decides_on_their_own_change(
    school: Entity, mail_service: Service, agent: User, authority: User, administrator: User
) -> None:
    """Who opened it, who requested it and who asks are left out, whatever rights they hold."""
    grant(agent, "change_authority", school)
    own = open_change(
        by=agent, title="Mine", service=mail_service, details=dict(DESCRIBED), requester=authority
    )
    assert authority_keys(own, agent) == {administrator.pk}
    row = evaluated(own, agent)
    for person in (agent, authority):
        with pytest.raises((PermissionDenied, Refused)):
            decide(step_of(row), Answer.APPROVED, by=person)
    assert fresh(row).status == Status.EVALUATED


def authority_keys(change: Ticket, asker: User | None) -> set[int]:
    return {person.pk for person in authority(change, asker)}


def test_change_authority_is_that_of_the_entity(
    change: Ticket, school: Entity, hospital: Entity, authority: User, agent: User
) -> None:
    elsewhere = make_user("Hugo Hospital", entity=hospital)
    grant(elsewhere, "change_authority", hospital)
    gone = make_user("Gina Gone", entity=school, is_active=False)
    grant(gone, "change_authority", school)
    assert authority_keys(change, agent) == {authority.pk}


def test_change_without_an_authority_is_not_asked_for(agent: User, mail_service: Service) -> None:
    row = open_change(by=agent, title="Alone", service=mail_service, details=dict(DESCRIBED))
    move(row, Status.PROPOSED, by=agent)
    with pytest.raises(Refused) as refused:
        move(row, Status.EVALUATED, by=agent, values={"risk_level": 2})
    assert set(refused.value.errors) == {"to"}
    assert fresh(row).status == Status.PROPOSED


def test_nobody_moves_a_change_past_its_decision(change: Ticket, agent: User, administrator: User) -> None:
    row = evaluated(change, agent)
    for person in (agent, administrator):
        for to in (Status.APPROVED, Status.REFUSED):
            assert to not in {step.to for step in moves_for(person, row)}
            with pytest.raises(PermissionDenied):
                move(row, to, by=person)
        for to in (Status.PLANNED, Status.IN_PROGRESS):
            with pytest.raises(Refused):
                move(row, to, by=person)


def test_quorum_of_the_policy_counts(
    change: Ticket, school: Entity, agent: User, authority: User, manager: User
) -> None:
    second = make_user("Carl Council", entity=school)
    grant(second, "change_authority", school)
    save_policy(ChangePolicy(), {"entity": school, "quorum": Quorum.ALL}, by=manager)
    row = evaluated(change, agent)
    decide(step_of(row), Answer.APPROVED, by=authority)
    assert fresh(row).status == Status.EVALUATED
    decide(step_of(row), Answer.APPROVED, by=second)
    assert fresh(row).status == Status.APPROVED


@pytest.mark.parametrize(("language", "word"), [("en", "certificate"), ("fr", "certificat")])
def test_standard_change_is_approved_with_its_template(
    language: str, word: str, template: ChangeTemplate, agent: User, mail_service: Service
) -> None:
    User.objects.filter(pk=agent.pk).update(language=language)
    person = User.objects.get(pk=agent.pk)
    row = open_change(by=person, service=mail_service, details={"template": template, "plan": "My own way"})
    assert (row.status, fresh(row).status) == (Status.APPROVED, Status.APPROVED)
    assert row.version == fresh(row).version
    details = fresh(row).details
    assert (details.change_type, details.decision) == ("standard", "approved")
    assert {name: getattr(details, name) for name in TEMPLATE_TEXTS} == {
        name: template.text(name, language) for name in TEMPLATE_TEXTS
    }
    assert word in row.title.lower()
    for name in ("plan", "effects", "change_type"):
        with pytest.raises(Refused):
            edit(row, {"details": {name: "normal"}}, by=agent)
    assert move(row, Status.PLANNED, by=agent, values=WINDOW).status == Status.PLANNED


def test_standard_needs_a_template_in_use(template: ChangeTemplate, agent: User, manager: User) -> None:
    with pytest.raises(Refused) as refused:
        open_change(by=agent, title="Standard", details={"change_type": "standard"})
    assert set(refused.value.errors) == {"details.change_type"}
    save_template(template, {"is_active": False}, by=manager)
    with pytest.raises(Refused) as refused:
        open_change(by=agent, title="Standard", details={"template": template})
    assert set(refused.value.errors) == {"details.template"}
    draft = open_change(by=agent, title="Normal")
    for details in ({"change_type": "standard"}, {"template": template}):
        with pytest.raises(Refused):
            edit(draft, {"details": details}, by=agent)
    with pytest.raises(PermissionDenied):
        save_template(template, {"is_active": True}, by=agent)


def test_emergency_starts_at_once_and_is_decided_on_afterwards(
    emergency: Ticket, agent: User, authority: User
) -> None:
    move(emergency, Status.IN_PROGRESS, by=agent, at=MONDAY)
    row = fresh(emergency)
    assert row.details.approval_due_at == MONDAY + timedelta(hours=48)
    assert row.details.is_overdue(MONDAY + timedelta(hours=49)) and row in undecided(agent)
    move(row, Status.DONE, by=agent, at=MONDAY)
    values = {"review_result": "success", "review_note": "It held"}
    move(row, Status.REVIEWED, by=agent, values=values, at=MONDAY)
    with pytest.raises(Refused, match="decided"):
        move(row, Status.CLOSED, by=agent, at=MONDAY)
    decide(step_of(row), Answer.APPROVED, by=authority, at=MONDAY)
    row = fresh(row)
    assert (row.status, row.details.decision) == (Status.REVIEWED, "approved")
    assert row not in undecided(agent)
    assert move(row, Status.CLOSED, by=agent, at=MONDAY).status == Status.CLOSED


def test_emergency_does_not_wait_for_an_authority(agent: User, mail_service: Service) -> None:
    details = {**DESCRIBED, "change_type": "emergency"}
    row = open_change(by=agent, title="Alone", service=mail_service, details=details)
    assert move(row, Status.IN_PROGRESS, by=agent).status == Status.IN_PROGRESS
    assert fresh(row).details.approval_due_at is not None
    assert not row.approvals.exists()


def test_only_an_emergency_starts_at_once(change: Ticket, agent: User) -> None:
    assert Status.IN_PROGRESS not in {step.to for step in moves_for(agent, change)}
    with pytest.raises(Refused) as refused:
        move(change, Status.IN_PROGRESS, by=agent)
    assert set(refused.value.errors) == {"to"}


def test_windows_that_meet_on_one_service_are_named(
    change: Ticket, agent: User, authority: User, mail_service: Service, template: ChangeTemplate
) -> None:
    move(approved(change, agent, authority), Status.PLANNED, by=agent, values=WINDOW, at=MONDAY)
    details = {"template": template, **WINDOW}
    other = open_change(by=agent, service=mail_service, details=details)
    assert list(overlapping(other)) == [change]
    edit(other, {"details": {"window_start": WINDOW["window_end"],
                             "window_end": WINDOW["window_end"] + timedelta(hours=1)}}, by=agent)  # fmt: skip
    assert not overlapping(fresh(other)).exists()
    elsewhere = open_change(by=agent, details={"template": template, **WINDOW})
    assert not overlapping(elsewhere).exists()


def test_change_resolves_problems_and_is_linked(
    incident: Ticket, agent: User, requester: User, mail_service: Service
) -> None:
    problem = open_ticket("problem", by=agent, title="A full disk", service=mail_service)
    row = open_change(by=agent, resolves=[problem, incident])
    assert (row.title, row.service) == (incident.title, mail_service)
    links = Link.objects.filter(target=row, link_type=LinkType.RESOLVED_BY)
    assert set(links.values_list("source_id", flat=True)) == {problem.pk, incident.pk}
    with pytest.raises(Refused, match="CHG-"):
        open_change(by=agent, title="On top", resolves=[row])


def test_pack_installs_once_and_keeps_what_was_edited(template: ChangeTemplate, manager: User) -> None:
    assert ChangeTemplate.objects.count() == 4
    assert all(row.text(name, "en") != row.text(name, "fr")
               for row in ChangeTemplate.objects.all() for name in TEMPLATE_TEXTS)  # fmt: skip
    save_template(template, {"name_fr": "Autre nom"}, by=manager)
    pack.install()
    assert ChangeTemplate.objects.count() == 4
    assert ChangeTemplate.objects.get(pk=template.pk).name_fr == "Autre nom"


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_leave_one_decision(
    change: Ticket, school: Entity, agent: User, authority: User
) -> None:
    second = make_user("Carl Council", entity=school)
    grant(second, "change_authority", school)
    row = evaluated(change, agent)
    step = step_of(row).pk

    def answer(person: User, decision: str) -> Any:
        return decide(step, decision, by=User.objects.get(pk=person.pk), reason="So be it")

    results = together([lambda: answer(authority, Answer.APPROVED), lambda: answer(second, Answer.REFUSED)])
    assert len(failures(results, Refused)) == 1
    found = fresh(row)
    assert found.status == found.details.decision
    assert row.events.filter(verb=Verb.MOVED, actor=None).count() == 1
