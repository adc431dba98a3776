"""Priority from urgency, impact and the criticality of the service."""

from collections.abc import Mapping

from core.choices import Criticality, Priority
from tickets.models import PriorityCell

# Rows are urgency, columns impact, both from very low to very high; an administrator can change each cell.
DEFAULT_MATRIX: tuple[tuple[int, ...], ...] = (
    (5, 5, 4, 4, 4),
    (5, 4, 4, 3, 3),
    (4, 4, 3, 2, 2),
    (4, 3, 2, 2, 1),
    (4, 3, 2, 1, 1),
)


def matrix() -> Mapping[tuple[int, int], int]:
    """The priority of each (urgency, impact): the default, with the cells an administrator changed."""
    cells = {(u, i): p for u, row in enumerate(DEFAULT_MATRIX, 1) for i, p in enumerate(row, 1)}
    cells.update({(cell.urgency, cell.impact): cell.priority for cell in PriorityCell.objects.all()})
    return cells


def compute(
    cells: Mapping[tuple[int, int], int], *, urgency: int, impact: int, criticality: int | None
) -> int:
    """The priority, 1 the highest: the cell, raised by one for a vital service and never past P1."""
    priority = cells[urgency, impact]
    if criticality == Criticality.VITAL:
        priority -= 1
    return max(Priority.CRITICAL, priority)
