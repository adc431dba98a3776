"""What people are told of, and how."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class About(models.TextChoices):
    """The occasions a person can choose channels for; the label completes "Tell me when …"."""

    ANSWER = "answer", _("someone answers on a request I made, follow or work on")
    STATUS = "status", _("the state of such a request changes")
    REPORTED = "reported", _("someone reports something for me")
    FOLLOWED = "followed", _("someone makes me a follower")
    ASSIGNED = "assigned", _("a ticket is assigned to me")
    TEAM = "team", _("a ticket comes to one of my teams")
    NOTE = "note", _("a colleague writes an internal note on a ticket I work on")
    APPROVAL = "approval", _("someone needs my approval")
    DECIDED = "decided", _("an approval I asked for, or one on a request of mine, is decided")
    VISIT = "visit", _("an intervention on such a ticket is planned, moved, done or called off")
    MAJOR = "major", _("there is news of a major incident that touches me")
    MENTION = "mention", _("a colleague calls on me with an @")
    OTHER = "other", _("a file is added or the priority changes on such a ticket")

    @property
    def is_work(self) -> bool:
        """Whether it is told to those who work on tickets, and so to who stands in for them."""
        return self in _WORK


class Channel(models.TextChoices):
    """How a person is told."""

    IN_APP = "in_app", _("In the portal")
    MAIL = "mail", _("By mail")


_WORK = {About.ASSIGNED, About.TEAM, About.NOTE, About.OTHER}

# What holds until a person chooses.
DEFAULTS: dict[About, frozenset[Channel]] = {
    About.ANSWER: frozenset(Channel),
    About.STATUS: frozenset(Channel),
    About.REPORTED: frozenset(Channel),
    About.FOLLOWED: frozenset({Channel.IN_APP}),
    About.ASSIGNED: frozenset(Channel),
    About.TEAM: frozenset({Channel.IN_APP}),
    About.NOTE: frozenset({Channel.IN_APP}),
    About.MENTION: frozenset(Channel),
    About.APPROVAL: frozenset(Channel),
    About.DECIDED: frozenset(Channel),
    About.VISIT: frozenset(Channel),
    About.MAJOR: frozenset(Channel),
    About.OTHER: frozenset({Channel.IN_APP}),
}
