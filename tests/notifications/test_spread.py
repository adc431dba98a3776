"""Who is told of what, by which channel, and who never is."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts.actions import declare_absence
from accounts.models import Entity, Team, User
from core.models import OutboxMessage, OutboxState
from core.outbox import relay
from notifications.actions import preferences_of, set_preferences
from notifications.choices import About, Channel
from notifications.models import Notification
from services.models import Service
from tickets.actions import assign, comment, follow, move, open_ticket, pass_on, take
from tickets.actions.commenting import publish_comment, withdraw_comment
from tickets.choices import CommentKind, Status
from tickets.models import PendingReason, ResolutionCode, Ticket

SECRET = "the password is swordfish"


@pytest.fixture
def spread(incident: Ticket) -> Ticket:
    """The incident, with everybody told of its opening."""
    deliver()
    mail.outbox.clear()
    Notification.objects.all().delete()
    return incident


def deliver() -> None:
    """What the workers do."""
    with time_machine.travel(timezone.now() + timedelta(seconds=20)):
        while relay():
            pass
    failed = OutboxMessage.objects.exclude(state=OutboxState.SENT)
    assert not failed.exists(), list(failed.values_list("topic", "last_error"))


def told() -> dict[str, str]:
    """Who has which notification, by first name."""
    return {row.user.first_name: row.about for row in Notification.objects.select_related("user")}


def mailed() -> set[str]:
    """Who has a mail, by first name."""
    return {message.to[0].split(".")[0].title() for message in mail.outbox}


def test_new_ticket_is_told_to_the_team_and_not_to_who_opened_it(
    incident: Ticket, agent: User, lead: User
) -> None:
    deliver()
    assert told() == {"Anna": About.TEAM, "Lea": About.TEAM}
    assert mailed() == set()


def test_ticket_taken_at_once_is_told_to_nobody_as_new(incident: Ticket, agent: User, lead: User) -> None:
    assign(incident, by=lead, assignee=agent)
    deliver()
    assert [row.event.actor for row in Notification.objects.select_related("event__actor")] == [lead]


def test_report_for_someone_is_told_to_them(agent: User, requester: User, mail_service: Service) -> None:
    open_ticket("incident", by=agent, requester=requester, title="No mail", service=mail_service)
    deliver()
    assert told() == {"Rosa": About.REPORTED, "Lea": About.TEAM}
    assert mailed() == {"Rosa"}


def test_assignment_is_told_to_the_person(spread: Ticket, agent: User, lead: User) -> None:
    assign(spread, by=lead, assignee=agent)
    deliver()
    assert told() == {"Anna": About.ASSIGNED}
    assert mailed() == {"Anna"}


def test_taking_a_ticket_oneself_tells_nobody(spread: Ticket, agent: User) -> None:
    take(spread, by=agent)
    deliver()
    assert told() == {}


def test_passing_on_is_told_to_the_new_team(spread: Ticket, agent: User, expert: User, n2: Team) -> None:
    take(spread, by=agent)
    pass_on(spread, by=agent, level="n2", reason="Needs a specialist")
    deliver()
    assert told() == {"Emil": About.TEAM}


def test_answer_of_staff_is_told_to_requester_and_followers(
    spread: Ticket, agent: User, requester: User, colleague: User
) -> None:
    take(spread, by=agent)
    follow(spread, colleague, by=agent)
    deliver()
    Notification.objects.all().delete()
    mail.outbox.clear()
    comment(spread, by=agent, body="We are on it")
    deliver()
    assert told() == {"Rosa": About.ANSWER, "Colin": About.ANSWER}
    assert mailed() == {"Rosa", "Colin"}
    assert all("We are on it" in message.body for message in mail.outbox)


def test_answer_of_the_requester_is_told_to_the_assignee_else_to_the_team(
    spread: Ticket, agent: User, lead: User, requester: User
) -> None:
    comment(spread, by=requester, body="Any news?")
    deliver()
    assert told() == {"Anna": About.ANSWER, "Lea": About.ANSWER}
    Notification.objects.all().delete()
    take(spread, by=agent)
    comment(spread, by=requester, body="Hello?")
    deliver()
    assert told() == {"Anna": About.ANSWER}


def test_internal_note_reaches_no_requester_by_any_channel(
    spread: Ticket, agent: User, lead: User, requester: User, colleague: User, manager: User
) -> None:
    take(spread, by=agent)
    for person in (requester, colleague, manager):
        follow(spread, person, by=agent)
    everything = {about: frozenset(Channel) for about in About}
    for person in (requester, colleague, manager, agent, lead):
        set_preferences(person, everything)
    deliver()
    Notification.objects.all().delete()
    mail.outbox.clear()
    comment(spread, by=lead, body=SECRET, kind=CommentKind.INTERNAL)
    comment(spread, by=lead, body=SECRET, kind=CommentKind.SUPPLIER)
    deliver()
    assert set(told()) == {"Anna", "Mona"}
    assert mailed() == {"Anna", "Mona"}
    # Not even staff gets the words of a note out of the portal.
    assert all(SECRET not in str(message.message()) for message in mail.outbox)
    assert SECRET not in str(list(OutboxMessage.objects.values_list("payload", flat=True)))


def test_published_note_is_told_as_an_answer(spread: Ticket, agent: User) -> None:
    take(spread, by=agent)
    note = comment(spread, by=agent, body="Restarted the server", kind=CommentKind.INTERNAL)
    deliver()
    assert told() == {}
    publish_comment(note, by=agent)
    deliver()
    assert told() == {"Rosa": About.ANSWER}


def test_answer_taken_back_is_never_told(spread: Ticket, agent: User) -> None:
    written = comment(spread, by=agent, body="Oops", undo=True)
    assert relay() == 0
    withdraw_comment(written, by=agent)
    deliver()
    assert told() == {}
    assert mail.outbox == []


def test_answer_with_undo_is_told_when_it_is_sent(spread: Ticket, agent: User) -> None:
    comment(spread, by=agent, body="Done", undo=True)
    assert relay() == 0
    deliver()
    assert told()["Rosa"] == About.ANSWER


def test_solution_is_told_with_its_words(
    spread: Ticket, agent: User, requester: User, fixed: ResolutionCode
) -> None:
    take(spread, by=agent)
    values = {"cause": "Full disk", "solution": "Emptied **the disk**", "resolution_code": fixed}
    move(spread, Status.RESOLVED, by=agent, values=values)
    deliver()
    assert told() == {"Rosa": About.STATUS}
    [message] = mail.outbox
    assert "Emptied" in message.body
    assert "accept the solution" in message.body


def test_waiting_for_the_requester_says_what_to_do(
    spread: Ticket, agent: User, waiting: PendingReason
) -> None:
    take(spread, by=agent)
    move(spread, Status.PENDING, by=agent, values={"pending_reason": waiting, "reason": "Which printer?"})
    deliver()
    assert "We are waiting for your answer" in mail.outbox[0].body


def test_work_of_someone_away_is_told_to_who_stands_in(
    spread: Ticket, agent: User, lead: User, expert: User, n1: Team
) -> None:
    today = timezone.localdate()
    n1.memberships.create(user=expert)
    declare_absence(agent, starts_on=today, ends_on=today, substitute=expert, by=agent)
    assign(spread, by=lead, assignee=agent)
    deliver()
    assert told() == {"Emil": About.ASSIGNED}


def test_who_stands_in_without_the_right_to_see_is_not_told(
    spread: Ticket, agent: User, lead: User, outside_agent: User
) -> None:
    today = timezone.localdate()
    assign(spread, by=lead, assignee=agent)
    deliver()
    Notification.objects.all().delete()
    declare_absence(agent, starts_on=today, ends_on=today, substitute=outside_agent, by=None)
    comment(spread, by=lead, body=SECRET, kind=CommentKind.INTERNAL)
    deliver()
    assert "Oscar" not in told()


def test_confidential_ticket_is_told_to_its_team_only(
    requester: User, manager: User, mail_service: Service, agent: User, lead: User, administrator: User
) -> None:
    ticket = open_ticket(
        "incident", by=requester, title="Harassment", service=mail_service, is_confidential=True
    )
    deliver()
    assert set(told()) == {"Anna", "Lea"}
    comment(ticket, by=requester, body=SECRET)
    deliver()
    assert not Notification.objects.filter(user__in=[manager, administrator]).exists()


def test_nobody_is_told_of_their_own_acts(spread: Ticket, agent: User, requester: User) -> None:
    take(spread, by=agent)
    follow(spread, agent, by=agent)
    comment(spread, by=agent, body="x")
    deliver()
    assert "Anna" not in told()


def test_channels_are_those_the_person_chose(spread: Ticket, agent: User, requester: User) -> None:
    set_preferences(requester, {About.ANSWER: {Channel.MAIL}})
    comment(spread, by=agent, body="x")
    deliver()
    assert "Rosa" not in told()
    assert mailed() == {"Rosa"}
    set_preferences(requester, {About.ANSWER: set()})
    comment(spread, by=agent, body="y")
    deliver()
    assert len(mail.outbox) == 1
    assert preferences_of([requester])[requester.pk][About.STATUS] == frozenset(Channel)


def test_history_entered_late_tells_nobody(requester: User, mail_service: Service, n1: Team) -> None:
    then = timezone.now() - timedelta(days=3)
    open_ticket("incident", by=requester, title="Long ago", service=mail_service, at=then)
    assert not OutboxMessage.objects.exists()


def test_silent_act_tells_nobody(requester: User, mail_service: Service, n1: Team) -> None:
    open_ticket("incident", by=requester, title="Imported", service=mail_service, notify=False)
    assert not OutboxMessage.objects.exists()


def test_each_event_writes_one_row_in_its_own_transaction(incident: Ticket, agent: User) -> None:
    assert OutboxMessage.objects.count() == 1

    def failing_act() -> None:
        with transaction.atomic():
            comment(incident, by=agent, body="never")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_act()
    assert OutboxMessage.objects.count() == 1


def test_spreading_again_changes_nothing(spread: Ticket, agent: User) -> None:
    comment(spread, by=agent, body="We are on it")
    newest = OutboxMessage.objects.filter(topic="tickets.event").latest("pk")
    for _turn in range(3):
        deliver()
        OutboxMessage.objects.filter(pk=newest.pk).update(state=OutboxState.WAITING)
    deliver()
    assert list(told()) == ["Rosa"]
    assert len(mail.outbox) == 1


def test_mail_is_threaded_signed_and_marked_as_automatic(
    spread: Ticket, agent: User, requester: User
) -> None:
    for body in ("one", "two"):
        comment(spread, by=agent, body=body)
    deliver()
    first, second = (message.message() for message in mail.outbox)
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Subject"] == second["Subject"] == f"[{spread.reference}] {spread.title}"
    kept = set(OutboxMessage.objects.filter(topic="mail").values_list("payload__message_id", flat=True))
    assert {first["Message-ID"], second["Message-ID"]} == kept
    assert {part.get_content_type() for part in first.walk()} >= {"text/plain", "text/html"}


def test_mail_is_in_the_language_of_its_reader_and_escapes_what_was_typed(
    spread: Ticket, agent: User, requester: User
) -> None:
    User.objects.filter(pk=requester.pk).update(language="fr")
    comment(spread, by=agent, body="<script>alert(1)</script> **fort** [lien](https://vigie.example)")
    deliver()
    [message] = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    html = str(message.alternatives[0][0])
    assert '<html lang="fr">' in html
    assert "<strong>fort</strong>" in html
    assert "<script>" not in html


def test_mail_is_not_sent_to_who_lost_the_right_meanwhile(
    spread: Ticket, agent: User, requester: User, hospital: Entity, colleague: User
) -> None:
    follow(spread, colleague, by=agent)
    deliver()
    mail.outbox.clear()
    comment(spread, by=agent, body="x")
    with time_machine.travel(timezone.now() + timedelta(seconds=20)):
        relay("tickets.event")
        spread.followers.all().delete()
        relay("mail")
    assert mailed() == {"Rosa"}
