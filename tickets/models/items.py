"""The items that tickets are about."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from services.models import Item
from tickets.choices import ItemRole
from tickets.models.ticket import Ticket


class TicketItem(models.Model):
    """An item that a ticket is about, and what it has to do with it."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="item_rows", db_index=False)
    item = models.ForeignKey(
        Item, models.PROTECT, verbose_name=_("item"), related_name="ticket_rows", db_index=False
    )
    role = models.CharField(_("role"), max_length=10, choices=ItemRole, default=ItemRole.AFFECTED)

    class Meta:
        verbose_name = _("item of a ticket")
        verbose_name_plural = _("items of tickets")
        # An item's tickets are listed newest first.
        indexes = [models.Index(fields=["item", "-ticket"], name="ticket_item_newest")]
        constraints = [models.UniqueConstraint(fields=["ticket", "item"], name="tickets_item_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.item_id}"
