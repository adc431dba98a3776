"""People and their absences."""

import zoneinfo
from datetime import date
from functools import cache, cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy as _

from accounts import verbs
from accounts.access import NOTHING, Access, access_of
from accounts.choices import EntityKind, Theme
from accounts.fields import LoginEmailField, SortNameField, normal_email
from accounts.models.organisation import STAFF_VERBS, Entity, Membership

# No mail can reach an address there (RFC 2606), and nobody can be invited to it.
ERASED_DOMAIN = "@erased.invalid"
LANGUAGES = [("", _("Like my browser")), *settings.LANGUAGES]


@cache
def _time_zones() -> frozenset[str]:
    """Every time zone of this machine; finding them opens hundreds of files, so it is done once."""
    return frozenset(zoneinfo.available_timezones())


def known_time_zone(name: str) -> None:
    """Refuse a time zone that does not exist."""
    if name not in _time_zones():
        raise ValidationError(_("“%(name)s” is not a known time zone."), params={"name": name})


class UserQuerySet(models.QuerySet["User"]):
    """Rows of people."""

    def visible_to(self, user: "User") -> "UserQuerySet":
        """Oneself, one's team mates, and the people of the entities where one may see people."""
        mates = Membership.objects.filter(team_id__in=user.access.teams).values("user_id")
        return self.filter(
            models.Q(pk=user.pk)
            | models.Q(entity_id__in=user.access.entities_of_any(STAFF_VERBS))
            | models.Q(pk__in=mates)
        )

    def active(self) -> "UserQuerySet":
        """People who may sign in and receive work."""
        return self.filter(is_active=True)


class UserManager(BaseUserManager["User"]):
    """Creates people; the address is the name one signs in with."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by address, whatever its case."""
        return self.get(email=normal_email(username or ""))

    def create_user(
        self, email: str, password: str | None = None, *, entity: Entity, **fields: Any
    ) -> "User":
        """Create a person; without password one cannot sign in until one is set."""
        user = self.model(email=normal_email(email), entity=entity, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @transaction.atomic
    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who may open Django's admin; rights in the portal are granted like anyone's."""
        entity = fields.pop("entity", None) or self._first_entity()
        return self.create_user(email, password, entity=entity, is_staff=True, is_superuser=True, **fields)

    def _first_entity(self) -> Entity:
        root = Entity.objects.filter(parent=None).order_by("pk").first()
        return root or Entity.objects.plant("Organisation", code="ORG", kind=EntityKind.ORGANISATION)


class User(AbstractBaseUser):
    """A person: requester, technician, or the contact of a supplier."""

    email = LoginEmailField(
        _("e-mail"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("This address already belongs to someone.")},
    )
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    sort_name = SortNameField(source="name_to_sort")
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="people", verbose_name=_("entity")
    )
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    manager = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("line manager"),
        help_text=_("Approves what this person asks for, where a request form says so."),
    )
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, default="", blank=True)
    timezone = models.CharField(
        _("time zone"), max_length=64, default=settings.TIME_ZONE, validators=[known_time_zone]
    )
    theme = models.CharField(_("theme"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    uses_keys = models.BooleanField(
        _("keyboard shortcuts"),
        default=True,
        help_text=_("Single keys act on lists and tickets when you are not typing."),
    )
    is_vip = models.BooleanField(
        _("sensitive person"), default=False, help_text=_("Shown beside the name on tickets.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the technical administration"), default=False)
    is_superuser = models.BooleanField(_("superuser"), default=False)
    created_at = models.DateTimeField(_("created"), default=now, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager.from_queryset(UserQuerySet)()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("sort_name", "pk")
        indexes = (models.Index("sort_name", "id", name="accounts_user_by_name"),)
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_any_case",
                violation_error_message=_("This address already belongs to someone."),
            ),
            models.CheckConstraint(
                condition=models.Q(manager=None) | ~models.Q(manager=models.F("id")),
                name="accounts_user_not_own_manager",
                violation_error_message=_("Nobody is their own manager."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Page of the person in the administration."""
        return reverse("accounts:person", args=[self.pk])

    @property
    def name(self) -> str:
        """First and last name, or the address where neither is known; a number for who was erased."""
        written = f"{self.first_name} {self.last_name}".strip()
        if not written and self.email.endswith(ERASED_DOMAIN):
            return gettext("Erased person %(number)d") % {"number": self.pk}
        return written or self.email

    @property
    def name_to_sort(self) -> str:
        """Last name first, as lists of people are read."""
        return f"{self.last_name} {self.first_name}".strip() or self.email

    @property
    def initials(self) -> str:
        """Up to two letters for the avatar."""
        words = self.name.replace("@", " ").split()
        return "".join(word[0] for word in words[:2]).upper()

    def get_full_name(self) -> str:
        """First and last name."""
        return self.name

    def get_short_name(self) -> str:
        """What one is called by."""
        return self.first_name or self.name

    @cached_property
    def access(self) -> Access:
        """What the person may do and where; read once per object, in one query."""
        return access_of(self.pk) if self.is_active and self.pk else NOTHING

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row again, and the rights with it."""
        super().refresh_from_db(*args, **kwargs)
        self.__dict__.pop("access", None)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Whether the person may do `perm` (a verb), on `obj` or in some entity."""
        return verbs.allows(self, perm, obj)

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        """Whether the person may do all of these."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether Django's admin shows the app."""
        return self.is_active and self.is_superuser


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Rows of absences."""

    def visible_to(self, user: User) -> "AbsenceQuerySet":
        """The absences of the people one may see."""
        return self.filter(user__in=User.objects.visible_to(user))

    def on(self, day: date) -> "AbsenceQuerySet":
        """Absences that cover a day, first and last day included."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Absence(models.Model):
    """Days on which a person is away, first and last included, and who stands in."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="absences", verbose_name=_("person")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    substitute = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="stands_in_for",
        verbose_name=_("substitute"),
        help_text=_("New work and approvals go to this person."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("starts_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="accounts_absence_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=models.Q(substitute=None) | ~models.Q(substitute=models.F("user")),
                name="accounts_absence_not_own_substitute",
                violation_error_message=_("Nobody can stand in for themselves."),
            ),
            ExclusionConstraint(
                name="accounts_absence_no_overlap",
                expressions=[
                    (
                        models.Func(
                            "starts_on",
                            "ends_on",
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("user", RangeOperators.EQUAL),
                ],
                violation_error_message=_("These days overlap another absence."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"

    def clean(self) -> None:
        """Order the days before the database makes a range of them, which it cannot of backward ones."""
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day is before the first.")})
