"""Slots of time: the grid on which periodic jobs run. No database here, so the Celery application can import
it.
"""

from datetime import UTC, datetime, timedelta

from celery.schedules import schedstate, schedule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slot_of(at: datetime, every: timedelta) -> datetime:
    """The beginning of the slot that holds `at`, on a grid that starts at the epoch."""
    return _EPOCH + (at - _EPOCH) // every * every


class Slots(schedule):
    """A Celery schedule that fires at each slot's beginning, and at once when beat starts inside a slot not
    yet run.

    The grid is the wall clock's, so that every beat asks for the same slots and a daily job is not lost by a
    beat that is restarted each night.
    """

    def __init__(self, every: timedelta) -> None:
        super().__init__(every)
        self.every = every

    def is_due(self, last_run_at: datetime) -> schedstate:
        now = self.now()
        slot = slot_of(now, self.every)
        return schedstate(slot > slot_of(last_run_at, self.every), (slot + self.every - now).total_seconds())


def beat_entry(task: str, every: timedelta) -> dict[str, object]:
    """An entry of the beat table. A message nobody took before its slot ended is dropped: the next slot has
    its own.
    """
    return {
        "task": task,
        "schedule": Slots(every),
        "last_run_at": _EPOCH,
        "options": {"expires": max(every.total_seconds(), 30)},
    }
