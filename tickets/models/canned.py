"""Answers written once and used again and again."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy as _

from accounts.models import Team, User


class CannedAnswerQuerySet(models.QuerySet["CannedAnswer"]):
    """Questions asked of many answers."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those in use for everybody and for the person's teams; for who sets them up, those of all teams one sees."""
        if not isinstance(user, User) or not user.access.is_staff_side:
            return self.none()
        if user.access.can("settings.manage"):
            return self.filter(Q(team=None) | Q(team__in=Team.objects.visible_to(user).values("pk")))
        return self.filter(Q(team=None) | Q(team_id__in=user.access.teams), is_active=True)


class CannedAnswer(models.Model):
    """A text with variables, in French, in English or in both, in a folder of everybody's or of one team."""

    team = models.ForeignKey(
        "accounts.Team", models.CASCADE, verbose_name=_("team"), null=True, blank=True, related_name="+",
        help_text=_("Nobody else is offered it; empty for all teams."),
    )  # fmt: skip
    folder = models.CharField(_("folder"), max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=120)
    body_fr = models.TextField(_("text in French"), max_length=20_000, blank=True)
    body_en = models.TextField(_("text in English"), max_length=20_000, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    used = models.PositiveIntegerField(_("times used"), default=0, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = CannedAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("canned answer")
        verbose_name_plural = _("canned answers")
        ordering = ["folder", "title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(body_fr="", body_en=""), name="cannedanswer_has_text",
                violation_error_message=_("Write the text in at least one language."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def body(self, language: str = "") -> str:
        """The text in a language, that of the page by default; the other one where it has only that."""
        english = (language or get_language() or "").startswith("en")
        return (self.body_en if english else self.body_fr) or self.body_fr or self.body_en
