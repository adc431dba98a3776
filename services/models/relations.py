"""What stands on what: services and items as nodes of one graph, so that one walk crosses both."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from services.choices import RelationType
from services.models.catalogue import Service
from services.models.items import Item

Thing = Service | Item


class NodeQuerySet(models.QuerySet["Node"]):
    """Rows of nodes."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The nodes of visible services and items."""
        services = Service.objects.visible_to(user).order_by().values("pk")
        items = Item.objects.visible_to(user).order_by().values("pk")
        return self.filter(Q(service__in=services) | Q(item__in=items))


class Node(models.Model):
    """A service or an item, as relations know it; made when the first relation needs it."""

    service = models.OneToOneField(Service, models.PROTECT, null=True, blank=True, related_name="node")
    item = models.OneToOneField(Item, models.PROTECT, null=True, blank=True, related_name="node")

    objects = NodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("service or item")
        verbose_name_plural = _("services and items")
        constraints = [
            models.CheckConstraint(
                condition=Q(item=None, service__isnull=False) | Q(item__isnull=False, service=None),
                name="services_node_is_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.thing)

    @property
    def thing(self) -> Thing:
        """The service or item; reads it unless it was read with the node."""
        found = self.service or self.item
        assert found is not None  # noqa: S101 - a constraint says so
        return found


class RelationQuerySet(models.QuerySet["Relation"]):
    """Rows of relations."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those whose both ends are visible."""
        seen = Node.objects.visible_to(user).values("pk")
        return self.filter(source__in=seen, target__in=seen)

    def with_ends(self) -> Self:
        """With the services and items at both ends, in one statement."""
        return self.select_related(
            "source__service", "source__item__item_type", "target__service", "target__item__item_type"
        )


class Relation(models.Model):
    """Two services or items that belong together, read from source to target."""

    source = models.ForeignKey(Node, models.CASCADE, verbose_name=_("from"), related_name="outgoing")
    target = models.ForeignKey(Node, models.CASCADE, verbose_name=_("to"), related_name="incoming")
    relation_type = models.CharField(_("relation"), max_length=12, choices=RelationType)
    created_at = models.DateTimeField(_("created at"))

    objects = RelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target", "relation_type"], name="services_relation_once",
                violation_error_message=_("This relation is already there."),
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="services_relation_not_itself"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.source_id} {self.relation_type} {self.target_id}"
