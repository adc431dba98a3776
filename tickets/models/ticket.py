"""The one table of all tickets and what hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.choices import Kind, Priority, Scale
from core.db import Among
from tickets import kinds
from tickets.choices import ENDED, Channel, LinkType, Status
from tickets.search import Document
from tickets.workflow import Move, Workflow

_LONG = ("description", "solution", "search")
# What a row of a list shows of the rows it points to.
_NAMES = (
    "service__name",
    "team__name",
    *(
        f"{person}__{name}"
        for person in ("assignee", "requester")
        for name in ("first_name", "last_name", "email")
    ),
    *(f"pending_reason__{name}" for name in ("name_fr", "name_en", "waits_for")),
)

# Further tables that name people on tickets, who see these: each gives the keys of a person's tickets by index.
named_on: list[Callable[[User], models.QuerySet[Any, Any]]] = []


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Questions asked of many tickets."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The tickets a person may see; the only way to a row for page, API, search, export and notification.

        Two shapes, because the planner treats them differently: key sets for requesters, entity arrays for staff.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        access = user.access
        mine = _keys_of(user)
        entities = access.entities("tickets.view")
        shared = access.entities("tickets.view_entity")
        if not entities and not shared and not access.teams:
            return self.filter(Among("pk", mine))
        return self.filter(
            Q(entity_id__in=entities | shared, is_confidential=False)
            | Q(team_id__in=access.teams)
            | Q(assignee_id=user.pk)
            | Q(Among("pk", mine))
        )

    def open(self) -> Self:
        """Work that is not resolved, closed or cancelled."""
        return self.filter(is_open=True)

    def for_lists(self, *details: str) -> Self:
        """With what a row of a list shows, in one statement: no long texts, and of other rows their names only.

        `details` are columns of the kind's own that the list shows as well ("change_details__window_start").
        """
        own = [field.attname for field in Ticket._meta.concrete_fields if field.name not in _LONG]
        rows = ("service", "team", "assignee", "requester", "pending_reason")
        kinds_own = {name.partition("__")[0] for name in details}
        return self.select_related(*rows, *kinds_own).only(*own, *_NAMES, *details)


def _keys_of(user: User) -> models.QuerySet[Any, Any]:
    """Keys of the tickets a person asked for, follows or is named on; a UNION keeps each on its index."""
    asked = Ticket.objects.filter(requester_id=user.pk).values("pk")
    followed = Follower.objects.filter(user_id=user.pk).values("ticket_id")
    keys: models.QuerySet[Any, Any] = asked.union(followed, *(keys_of(user) for keys_of in named_on))
    return keys


class TicketManager(models.Manager.from_queryset(TicketQuerySet)):  # type: ignore[misc]
    """All tickets, or those of one kind on a kind's proxy."""

    def get_queryset(self) -> TicketQuerySet:
        """The kind's rows; the plain model has no kind and gives all."""
        queryset: TicketQuerySet = super().get_queryset()
        return queryset.filter(kind=self.model.kind_slug) if self.model.kind_slug else queryset


class Ticket(models.Model):
    """One piece of work of any kind: what lists, search, rights and clocks touch."""

    kind_slug: ClassVar[str] = ""
    prefix: ClassVar[str] = "TIC"
    details_name: ClassVar[str] = ""
    workflow: ClassVar[Workflow]

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    title = models.CharField(_("title"), max_length=250)
    description = models.TextField(_("description"), blank=True, max_length=200_000)
    language = models.CharField(_("language"), max_length=8, blank=True)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel, default=Channel.PORTAL)

    entity = models.ForeignKey(
        "accounts.Entity", models.PROTECT, verbose_name=_("entity"), related_name="+", db_index=False
    )
    requester = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("requester"), related_name="+", db_index=False
    )
    opened_by = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("opened by"), related_name="+", db_index=False
    )
    service = models.ForeignKey(
        "services.Service",
        models.PROTECT,
        verbose_name=_("service"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    category = models.ForeignKey(
        "services.Category",
        models.PROTECT,
        verbose_name=_("category"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.PROTECT,
        verbose_name=_("team"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    assignee = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        verbose_name=_("assignee"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )

    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Scale, default=Scale.MEDIUM)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Scale, default=Scale.MEDIUM)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.MEDIUM)
    priority_is_set = models.BooleanField(_("priority set by hand"), default=False)
    priority_reason = models.CharField(_("reason of the priority"), max_length=250, blank=True)
    priority_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        verbose_name=_("priority set by"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )

    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.NEW)
    pending_reason = models.ForeignKey(
        "tickets.PendingReason",
        models.PROTECT,
        verbose_name=_("waits because"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    pending_until = models.DateTimeField(_("resumes on"), null=True, blank=True)
    solution = models.TextField(_("solution"), blank=True, max_length=200_000)
    resolution_code = models.ForeignKey(
        "tickets.ResolutionCode",
        models.PROTECT,
        verbose_name=_("resolution code"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    is_confidential = models.BooleanField(_("confidential"), default=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("merged into"), related_name="absorbed", null=True, blank=True
    )

    reported_at = models.DateTimeField(_("reported at"))
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes by itself at"), null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1)

    is_open = models.GeneratedField(
        expression=~Q(status__in=[str(status) for status in ENDED]),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    search = models.GeneratedField(
        expression=Document("title", "description", "solution"),
        output_field=Document.column(),
        db_persist=True,
    )

    objects = TicketManager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes = [
            # The orders of the lists; open work is a small part of the table, hence the partial ones.
            models.Index(F("created_at").desc(), F("id").desc(), name="ticket_newest"),
            models.Index("kind", F("created_at").desc(), F("id").desc(), name="ticket_kind_newest"),
            models.Index("requester", F("created_at").desc(), F("id").desc(), name="ticket_requester"),
            models.Index("entity", F("created_at").desc(), F("id").desc(), name="ticket_entity"),
            models.Index("service", F("created_at").desc(), F("id").desc(), name="ticket_service"),
            models.Index(
                F("created_at").desc(), F("id").desc(), name="open_newest", condition=Q(is_open=True)
            ),
            models.Index(
                "team", F("created_at").desc(), F("id").desc(), name="open_team", condition=Q(is_open=True)
            ),
            models.Index(
                "assignee",
                F("created_at").desc(),
                F("id").desc(),
                name="open_assignee",
                condition=Q(is_open=True),
            ),
            models.Index("team", "status", F("created_at").desc(), F("id").desc(), name="ticket_team_status"),
            models.Index(
                "team",
                "priority",
                "due_at",
                F("id").desc(),
                name="open_free",
                condition=Q(is_open=True, assignee=None),
            ),
            models.Index("status", F("created_at").desc(), F("id").desc(), name="ticket_status_newest"),
            models.Index(
                "priority", "due_at", F("id").desc(), name="open_priority", condition=Q(is_open=True)
            ),
            models.Index("due_at", "id", name="open_due", condition=Q(is_open=True, due_at__isnull=False)),
            models.Index("closes_at", name="ticket_closes", condition=Q(status="resolved")),
            models.Index(
                "pending_until",
                name="ticket_resumes",
                condition=Q(status="pending", pending_until__isnull=False),
            ),
            Document.index("search", name="ticket_search"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(urgency__range=(1, 5)), name="ticket_urgency"),
            models.CheckConstraint(condition=Q(impact__range=(1, 5)), name="ticket_impact"),
            models.CheckConstraint(condition=Q(priority__range=(1, 5)), name="ticket_priority"),
            models.CheckConstraint(
                condition=Q(pending_reason__isnull=False) | ~Q(status="pending"),
                name="ticket_pending_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="ticket_not_merged_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        """The address of the ticket; the page itself shows each reader the face that is theirs."""
        return f"/tickets/{self.reference}/"

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Ticket:
        """Return each row as its kind, so that no caller casts; a row read without `kind` stays a ticket."""
        model: type[Ticket] = cls
        names = list(field_names)
        if "kind" in names:
            model = kinds.registry.get(list(values)[names.index("kind")]) or cls
        return super(Ticket, model).from_db(db, field_names, values)

    @property
    def reference(self) -> str:
        """The number people say: prefix of the kind and key."""
        return f"{kinds.registry.prefix(self.kind)}-{self.pk}"

    @classmethod
    def details_model(cls) -> Any:
        """The model of the kind's own columns, None where it has none."""
        return cls._meta.get_field(cls.details_name).related_model if cls.details_name else None

    @property
    def details(self) -> Any:
        """The row of the kind's own columns, None where it has none."""
        return getattr(self, self.details_name, None) if self.details_name else None

    def offers(self, step: Move) -> bool:
        """Whether a move of the table makes sense for this very ticket; a kind of several sorts says which."""
        return True

    @property
    def frozen(self) -> Collection[str]:
        """The columns of its details that cannot be edited as the ticket stands."""
        return ()

    @property
    def waits_for_requester(self) -> bool:
        """Whether the next word is the requester's."""
        return bool(self.pending_reason and self.pending_reason.waits_for == "requester")


class Follower(models.Model):
    """A person told of what happens on a ticket."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="followers")
    user = models.ForeignKey(
        "accounts.User", models.CASCADE, verbose_name=_("person"), related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("since"), db_default=Now())
    is_muted = models.BooleanField(
        _("muted"), db_default=False, default=False, help_text=_("Sees the ticket and is told nothing.")
    )
    is_internal = models.BooleanField(
        _("internal"), db_default=False, default=False,
        help_text=_("Called on in an internal note: the requester is not shown it."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="tickets_follower_once")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.ticket_id}"


class Alias(models.Model):
    """Another number under which a ticket answers: that of the system it came from."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="aliases")
    source = models.CharField(_("source"), max_length=60)
    value = models.CharField(_("number"), max_length=120)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        indexes = [models.Index(fields=["value"], name="tickets_alias_value")]
        constraints = [models.UniqueConstraint(fields=["source", "value"], name="tickets_alias_once")]

    def __str__(self) -> str:
        return f"{self.value} ({self.source})"


class Link(models.Model):
    """Two tickets that belong together, read from source to target."""

    source = models.ForeignKey(Ticket, models.CASCADE, related_name="links_out", db_index=False)
    target = models.ForeignKey(Ticket, models.CASCADE, related_name="links_in")
    link_type = models.CharField(_("type"), max_length=12, choices=LinkType)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "link_type"], name="tickets_link_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="tickets_link_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.link_type} {self.target_id}"
