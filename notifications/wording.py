"""Events in words, for the person who is told."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from notifications.choices import About
from tickets.choices import CommentKind, Status, Verb
from tickets.models import Event

_SENTENCES = {
    About.REPORTED: gettext_lazy("%(who)s reported this for you"),
    About.FOLLOWED: gettext_lazy("%(who)s made you a follower"),
    About.ASSIGNED: gettext_lazy("%(who)s assigned this ticket to you"),
    About.TEAM: gettext_lazy("%(who)s passed this ticket on to %(team)s"),
    About.STATUS: gettext_lazy("%(who)s changed the state to “%(status)s”"),
    About.NOTE: gettext_lazy("%(who)s wrote an internal note"),
    About.ANSWER: gettext_lazy("%(who)s answered"),
    About.MENTION: gettext_lazy("%(who)s calls on you"),
    About.OTHER: gettext_lazy("%(who)s changed the priority"),
    About.VISIT: gettext_lazy("%(who)s planned an intervention"),
    About.MAJOR: gettext_lazy("News of the major incident, from %(who)s"),
    About.APPROVAL: gettext_lazy("Your approval is asked for: %(step)s"),
    About.DECIDED: gettext_lazy("The approval is complete: approved"),
}
_NEW_FOR_TEAM = gettext_lazy("New ticket for %(team)s, from %(who)s")
_SUPPLIER_NOTE = gettext_lazy("%(who)s noted an exchange with a supplier")
_APPROVALS: dict[str, Promise] = {
    "reminded": gettext_lazy("Reminder: your approval is still waited for: %(step)s"),
    "refused": gettext_lazy("%(who)s refused the approval"),
}
_VISITS = {
    "moved": gettext_lazy("%(who)s changed the appointment of an intervention"),
    "signed": gettext_lazy("The intervention is done: its signed sheet is on the page"),
    "cancelled": gettext_lazy("%(who)s called off an intervention"),
}
_OTHERS: dict[str, Promise] = {
    Verb.ATTACHED: gettext_lazy("%(who)s added files"),
    Verb.ECHOED: gettext_lazy("%(who)s solved a ticket to which this one is linked"),
    Verb.ABSORBED: gettext_lazy("%(who)s merged another ticket into this one"),
}


def sentence(event: Event, about: str) -> str:
    """What happened, in one sentence; it holds no word of what was written."""
    return str(_words(event, About(about))) % {
        "who": event.actor.name if event.actor else "Vigie",
        "team": event.ticket.team.name if event.ticket.team else "",
        "status": new_status(event),
        "step": event.data.get("step_name", ""),
    }


def _words(event: Event, about: About) -> str | Promise:
    if about == About.TEAM and event.verb == Verb.OPENED:
        return _NEW_FOR_TEAM
    if about == About.NOTE and event.data.get("kind") == CommentKind.SUPPLIER:
        return _SUPPLIER_NOTE
    if about == About.OTHER:
        return _OTHERS.get(event.verb, _SENTENCES[about])
    if about in (About.APPROVAL, About.DECIDED):
        return _APPROVALS.get(event.data.get("act", ""), _SENTENCES[about])
    if about == About.VISIT:
        return _VISITS.get(event.data.get("act", ""), _SENTENCES[about])
    return _SENTENCES[about]


def new_status(event: Event) -> str:
    """The label of the status that a move reached."""
    _before, after = event.data.get("changes", {}).get("status", [None, event.ticket.status])
    return str(Status(after).label) if after in Status.values else str(after)


def next_steps(event: Event, about: str, *, for_requester: bool) -> list[str]:
    """What the person can do now."""
    if about == About.APPROVAL:
        return [_("Read what is asked on its page, then approve or refuse there.")]
    if not for_requester:
        return _steps_of_staff(about)
    status = event.ticket.status
    if status == Status.RESOLVED:
        return [
            _("Tell us whether it works: accept the solution, or refuse it and say what is missing."),
            _("Without a word from you the request closes by itself after a few working days."),
        ]
    if status == Status.PENDING and event.ticket.waits_for_requester:
        return [_("We are waiting for your answer: write it on the page of your request.")]
    if status == Status.CLOSED:
        return [_("If the trouble comes back, answer on the page of your request.")]
    return [_("Follow your request, and add what you know, on its page.")]


def _steps_of_staff(about: str) -> list[str]:
    if about == About.TEAM:
        return [_("Take it, or pass it on with the reason.")]
    if about == About.ASSIGNED:
        return [_("Open it and begin, or pass it on with the reason.")]
    return [_("Open the ticket to read on and to answer.")]


def address(event: Event, about: str) -> str:
    """Where the person reads on, and acts: the page of an approval that is asked of them, else the ticket."""
    if about == About.APPROVAL and event.data.get("step"):
        return reverse("tickets:decide", args=[event.data["step"]])
    return event.ticket.get_absolute_url()
