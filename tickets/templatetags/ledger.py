"""How pages write the time and money of the ledger."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString

from tickets import durations, ledger_tables

register = template.Library()


@register.filter
def hours(minutes: Any) -> str:
    """Minutes as hours and minutes."""
    return durations.hours(int(minutes or 0))


@register.filter
def euros(amount: Decimal | None) -> SafeString:
    """An amount in euros, a dash where it is not there or not to be seen."""
    return ledger_tables.euros(amount)
