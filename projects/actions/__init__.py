"""What can be done to projects. Page, API and demo call these and nothing else.

Every act takes `by` (None for the portal itself), locks the project, checks rights and rules and writes in one
transaction. It raises `PermissionDenied`, `Refused` with the fields, or `StaleVersion` where `version` no longer holds.
"""

from projects.actions.dependencies import add_dependency, remove_dependency
from projects.actions.parts import (
    reach_milestone,
    remove_milestone,
    remove_phase,
    save_milestone,
    save_phase,
)
from projects.actions.projects import create_project, edit_project

__all__ = [
    "add_dependency",
    "create_project",
    "edit_project",
    "reach_milestone",
    "remove_dependency",
    "remove_milestone",
    "remove_phase",
    "save_milestone",
    "save_phase",
]
