"""The tables of projects."""

from projects.models.project import Milestone, Phase, Project
from projects.models.task import Dependency, Task, TaskDetails

__all__ = ["Dependency", "Milestone", "Phase", "Project", "Task", "TaskDetails"]
