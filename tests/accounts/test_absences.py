"""Absences and substitutes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts import actions
from accounts.models import Absence, User
from core.exceptions import Refused
from tests.factories import make_entity, make_user

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)


def away(person: User, substitute: User | None = None, first: date = MONDAY, last: date = FRIDAY) -> Absence:
    return actions.declare_absence(person, starts_on=first, ends_on=last, substitute=substitute, by=None)


@pytest.mark.django_db
def test_substitute_stands_in_on_each_day_of_the_absence(agent: User, expert: User) -> None:
    away(agent, expert)
    assert actions.substitute_of(agent, MONDAY) == expert
    assert actions.substitute_of(agent, FRIDAY) == expert
    assert actions.substitute_of(agent, date(2026, 11, 28)) is None


@pytest.mark.django_db
def test_substitute_who_is_away_passes_on(agent: User, expert: User, lead: User) -> None:
    away(agent, expert)
    away(expert, lead)
    assert actions.substitute_of(agent, TUESDAY) == lead


@pytest.mark.django_db
def test_people_who_stand_in_for_each_other_end_with_nobody(agent: User, expert: User) -> None:
    away(agent, expert)
    away(expert, agent)
    assert actions.substitute_of(agent, TUESDAY) is None


@pytest.mark.django_db
def test_overlap_backward_days_and_own_substitute_are_refused(agent: User) -> None:
    away(agent)
    with pytest.raises(Refused):
        away(agent, first=FRIDAY, last=date(2026, 12, 1))
    with pytest.raises(Refused):
        away(agent, first=date(2027, 1, 5), last=date(2027, 1, 4))
    with pytest.raises(Refused):
        away(agent, substitute=agent, first=date(2027, 1, 5), last=date(2027, 1, 6))


@pytest.mark.django_db
def test_absence_of_another_takes_lead_or_manager(
    agent: User, lead: User, requester: User, n1: object
) -> None:
    with pytest.raises(PermissionDenied):
        actions.declare_absence(agent, starts_on=MONDAY, ends_on=FRIDAY, by=requester)
    absence = actions.declare_absence(agent, starts_on=MONDAY, ends_on=FRIDAY, by=lead)
    with pytest.raises(PermissionDenied):
        actions.cancel_absence(absence, by=requester)
    actions.cancel_absence(absence, by=agent)


@pytest.mark.django_db(transaction=True)
def test_of_overlapping_absences_at_once_one_is_kept() -> None:
    person = make_user(entity=make_entity())

    def declare(first: int) -> bool:
        try:
            away(person, first=date(2026, 12, first), last=date(2026, 12, first + 9))
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(declare, range(1, 9)))
    assert outcomes.count(True) == 1
    assert Absence.objects.filter(user=person).count() == 1
