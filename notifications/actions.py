"""What people do with their notifications."""

from collections.abc import Collection, Mapping

from django.core.cache import cache
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from notifications.choices import DEFAULTS, About, Channel
from notifications.models import Notification, Preference

_WATERMARK_SECONDS = 300
_COUNT_LIMIT = 100

Choices = dict[About, frozenset[Channel]]


def mark_read(user: User, notification_id: int | None = None) -> int:
    """Note that the person has looked at one notification, or at all. Returns how many were new."""
    unread = Notification.objects.filter(user=user).unread()
    if notification_id is not None:
        unread = unread.filter(pk=notification_id)
    count = unread.update(read_at=timezone.now())
    forget_watermarks([user.pk])
    return count


def mark_ticket_read(user: User, ticket_id: int) -> int:
    """Note that the person has a ticket before their eyes: what it told them is no news. Returns how many were new."""
    unread = Notification.objects.filter(user=user, ticket_id=ticket_id).unread()
    count = unread.update(read_at=timezone.now())
    if count:
        forget_watermarks([user.pk])
    return count


def watermark(user: User) -> tuple[str, int]:
    """A mark that changes whenever the bell does, and the number of unread notifications (at most 100)."""
    kept: tuple[str, int] | None = cache.get(_key(user.pk))
    if kept is None:
        unread = Notification.objects.visible_to(user).unread()
        newest = Notification.objects.filter(user=user).aggregate(newest=Max("id"))["newest"] or 0
        count = unread.order_by()[:_COUNT_LIMIT].count()
        kept = (f"{newest}-{count}", count)
        cache.set(_key(user.pk), kept, _WATERMARK_SECONDS)
    return kept


def forget_watermarks(user_ids: Collection[int]) -> None:
    """Have the bells of these people counted anew once the current transaction is committed."""
    keys = [_key(user_id) for user_id in user_ids]
    transaction.on_commit(lambda: cache.delete_many(keys), robust=True)


def preferences_of(users: Collection[User]) -> dict[int, Choices]:
    """The channels that each person wants for each occasion."""
    chosen: dict[int, Choices] = {user.pk: dict(DEFAULTS) for user in users}
    for row in Preference.objects.filter(user__in=chosen):
        wanted = {Channel.IN_APP: row.in_app, Channel.MAIL: row.mail}
        chosen[row.user_id][About(row.about)] = frozenset(channel for channel, on in wanted.items() if on)
    return chosen


@transaction.atomic
def set_preferences(user: User, choices: Mapping[About, Collection[Channel]]) -> None:
    """Keep how the person wants to be told."""
    Preference.objects.bulk_create(
        [
            Preference(
                user=user, about=about, in_app=Channel.IN_APP in channels, mail=Channel.MAIL in channels
            )
            for about, channels in choices.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "about"],
        update_fields=["in_app", "mail"],
    )


def _key(user_id: int) -> str:
    return f"bell:{user_id}"
