"""Problems and changes of the demo: one in every state, linked to what is there."""

import pytest

from changes.models import Change, ChangeDetails, overlapping
from problems.models import Problem, ProblemDetails, incidents_of
from tests.demo.conftest import Built
from tickets.choices import Status, Verb
from tickets.models import Event

pytestmark = pytest.mark.django_db


def test_every_state_of_a_change_is_there(demo: Built) -> None:
    assert set(Change.objects.values_list("status", flat=True)) == set(Change.workflow.statuses)


def test_one_change_went_wrong_and_its_incidents_lead_to_a_problem(demo: Built) -> None:
    failed = ChangeDetails.objects.get(review_result="failed")
    assert failed.ticket.status == Status.CLOSED
    behind = Problem.objects.get(service=failed.ticket.service)
    assert incidents_of(behind).count() >= 8


def test_problems_stand_in_several_states_with_their_incidents(demo: Built) -> None:
    states = set(Problem.objects.values_list("status", flat=True))
    assert states >= {"new", "in_progress", "cause_known", "known_error", "pending", "closed"}
    assert sum(incidents_of(problem).exists() for problem in Problem.objects.all()) >= 6
    assert ProblemDetails.objects.filter(is_public_workaround=True).exists()


def test_two_windows_meet_and_an_emergency_waits_for_its_decision(demo: Built) -> None:
    assert any(overlapping(change).exists() for change in Change.objects.filter(status=Status.PLANNED))
    waiting = ChangeDetails.objects.filter(decision="", approval_due_at__isnull=False)
    assert waiting.exists()


def test_incidents_that_were_open_learnt_of_a_solution_or_there_were_none(demo: Built) -> None:
    told = Event.objects.filter(verb=Verb.CAUSE_SOLVED)
    assert all(event.at <= demo.at for event in told)
