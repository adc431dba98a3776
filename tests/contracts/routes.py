"""Who may open what: one line for each address of the portal and each method of the API.

A page or endpoint without a line here makes `test_walk.py` fail. Read a line as:

    "tickets:edit": form(of="ticket", needs="tickets.work")

whoever may not see the ticket gets 404, whoever sees it without the right to work on it 403, everyone else the form.
`gate` is the right that is asked before anything is looked up: 403 without it, wherever it is granted.
Nobody who is not signed in gets anything but the sign-in page (401 in the API), unless the gate is `PUBLIC`.
"""

from dataclasses import dataclass
from typing import Any

from tests.contracts import routes_incidents, routes_items

PUBLIC = "public"
SIGNED_IN = ""
STAFF = "staff"
VIEW_PEOPLE, MANAGE_PEOPLE = "accounts.view_people", "accounts.manage_people"
MANAGE_TEAMS, MANAGE_ENTITIES = "accounts.manage_teams", "accounts.manage_entities"
MANAGE_ROLES, GRANT = "accounts.manage_roles", "accounts.grant"
READ_TRAIL, PERSONAL_DATA = "audit.view", "accounts.personal_data"
MANAGE_SERVICES, SETTINGS = "services.manage", "settings.manage"
PLAN = "projects.manage"
RECURRING = "tickets.recurring"
# Asked of the portal as a whole: the right must be held in every entity.
EVERYWHERE = "everywhere "
# The requester of the ticket as well as who holds the right.
OR_OWNER = " or owner"
AUTHOR, NOBODY = "author", "nobody"


@dataclass(frozen=True)
class Rule:
    """Who gets through: `gate` in some entity, sight of the thing `of`, the right `needs` on it."""

    gate: str = SIGNED_IN
    of: str = ""
    needs: str = ""


Rules = dict[str, Rule]


def page(**rule: str) -> Rules:
    """An address that is only read."""
    return {"GET": Rule(**rule)}


def act(**rule: str) -> Rules:
    """A button: only POST."""
    return {"POST": Rule(**rule)}


def form(**rule: str) -> Rules:
    """A form: read, then sent."""
    return {"GET": Rule(**rule), "POST": Rule(**rule)}


CLOSED = form(gate=PUBLIC, of="nothing")

TICKETS: dict[str, Rules] = {
    "front": page(),
    "tickets:home": page(gate=STAFF),
    "tickets:queue": page(gate=STAFF),
    "tickets:counts": page(gate=STAFF),
    "tickets:lookup": page(gate=STAFF),
    "tickets:detail": page(of="ticket"),
    "tickets:watermark": page(of="ticket"),
    "tickets:approvals": page(),
    "tickets:decide": form(of="approval step", needs=AUTHOR),
    "tickets:ask_approval": form(of="ticket", needs="tickets.work"),
    "tickets:withdraw_approval": act(of="approval", needs="tickets.work"),
    "assistance:list": page(gate=STAFF),
    "assistance:choose": page(gate="tickets.open_for_others"),
    "assistance:create": form(gate="tickets.open_for_others"),
    "assistance:create_by": form(gate="tickets.open_for_others", of="request form"),
    "portal:catalogue": page(),
    "portal:ask": form(gate="tickets.open", of="request form"),
    "tickets:panels": page(of="ticket", needs="tickets.view"),
    "tickets:edit": form(of="ticket", needs="tickets.work"),
    "tickets:take": act(of="ticket", needs="tickets.work"),
    "tickets:assign": form(of="ticket", needs="tickets.assign"),
    "tickets:pass_on": form(of="ticket", needs="tickets.assign"),
    "tickets:priority": form(of="ticket", needs="tickets.override_priority"),
    "tickets:clear_priority": act(of="ticket", needs="tickets.override_priority"),
    "tickets:move": form(of="ticket", needs="tickets.work"),
    "tickets:make_move": act(of="ticket", needs="tickets.work"),
    "tickets:write": act(of="ticket", needs="tickets.view"),
    "tickets:follow": act(of="ticket", needs="tickets.view"),
    "tickets:unfollow": act(of="ticket", needs="tickets.view"),
    "tickets:link": form(of="ticket", needs="tickets.work"),
    "tickets:unlink": act(of="link", needs="tickets.work"),
    "tickets:merge": form(of="ticket", needs="tickets.work"),
    "tickets:unmerge": act(of="merged", needs="tickets.work"),
    "tickets:convert": form(of="ticket", needs="tickets.work"),
    "tickets:open_part": form(of="ticket", needs="tickets.work"),
    "tickets:split": form(of="note", needs="tickets.work"),
    "tickets:bulk_jobs": page(gate=STAFF),
    "tickets:bulk": form(gate=STAFF, of="nothing"),  # the address names no act; those have tests of their own
    "tickets:bulk_job": page(of="another's bulk act"),
    "tickets:edit_comment": form(of="note", needs=AUTHOR),
    "tickets:withdraw": act(of="note", needs=AUTHOR),
    "tickets:publish": act(of="note", needs="tickets.note"),
    "tickets:fields_part": act(),
    "tickets:custom_fields": page(gate=SETTINGS),
    "tickets:new_custom_field": form(gate=SETTINGS),
    "tickets:custom_field": form(gate=SETTINGS, of="custom field"),
    "tickets:ledger": page(gate=STAFF),
    "tickets:ledger_export": page(gate=STAFF),
    "tickets:time": page(of="ticket", needs="tickets.view"),
    "tickets:log_time": form(of="ticket", needs="tickets.work"),
    "tickets:add_cost": form(of="ticket", needs="tickets.work"),
    "tickets:budget": form(of="ticket", needs="tickets.budget"),
    "tickets:void_time": form(of="time entry", needs="tickets.log_for_others"),
    "tickets:void_cost": form(of="cost line", needs="tickets.log_for_others"),
    "tickets:activities": page(gate=SETTINGS),
    "tickets:new_activity": form(gate=SETTINGS),
    "tickets:activity": form(gate=SETTINGS, of="activity"),
    "tickets:rates": page(gate=SETTINGS),
    "tickets:new_rate": form(gate=SETTINGS),
    "tickets:void_rate": form(gate=SETTINGS, of="rate"),
    "tickets:export": page(gate=STAFF),
    "tickets:canned": page(of="ticket", needs="tickets.view"),
    "tickets:names": page(of="ticket", needs="tickets.view"),
    "tickets:mute": act(of="ticket"),
    "tickets:seen": act(of="ticket"),
    "tickets:confidential": form(of="ticket", needs="tickets.confidential"),
    "tickets:canned_answers": page(gate=SETTINGS),
    "tickets:new_canned_answer": form(gate=SETTINGS),
    "tickets:canned_answer": form(gate=SETTINGS, of="canned answer"),
    "tickets:upload": act(),
    "tickets:download": page(of="internal file"),
    "tickets:pending_reasons": page(gate=SETTINGS),
    "tickets:new_pending_reason": form(gate=SETTINGS),
    "tickets:pending_reason": form(gate=SETTINGS, of="pending reason"),
    "tickets:add_points": form(of="ticket", needs="tickets.work"),
    "tickets:tick": act(of="point", needs="tickets.work"),
    "tickets:remove_point": act(of="point", needs="tickets.work"),
    "tickets:checklists": page(gate=SETTINGS),
    "tickets:new_checklist": form(gate=SETTINGS),
    "tickets:checklist": form(gate=SETTINGS, of="checklist"),
    "tickets:recurrences": page(gate=RECURRING),
    "tickets:new_recurrence": form(gate=RECURRING),
    "tickets:recurrence": page(gate=RECURRING, of="recurrence"),
    "tickets:edit_recurrence": form(gate=RECURRING, of="recurrence"),
    "tickets:open_recurrence_now": act(of="recurrence"),
    "tickets:resolution_codes": page(gate=SETTINGS),
    "tickets:new_resolution_code": form(gate=SETTINGS),
    "tickets:resolution_code": form(gate=SETTINGS, of="resolution code"),
    "tickets:retention": page(gate=SETTINGS),
    "tickets:new_retention_rule": form(gate=SETTINGS),
    "tickets:retention_rule": form(gate=SETTINGS, of="retention rule"),
    "tickets:policies": page(gate=SETTINGS),
    "tickets:new_policy": form(gate=SETTINGS),
    "tickets:policy": form(gate=SETTINGS, of="policy"),
    "tickets:matrix": form(gate=SETTINGS),
    "incidents:list": page(gate=STAFF),
    "incidents:create": form(gate="tickets.open_for_others"),
    "problems:list": page(gate=STAFF),
    "problems:create": form(gate="tickets.open_for_others"),
    "problems:from_incident": form(gate="tickets.open_for_others", of="ticket", needs="tickets.view"),
    "problems:details": form(of="problem", needs="tickets.work"),
    "problems:analysis": {
        "GET": Rule(of="problem", needs="tickets.view"),
        "POST": Rule(of="problem", needs="tickets.work"),
    },
    "problems:cause": form(of="cause", needs="tickets.work"),
    "problems:remove_cause": act(of="cause", needs="tickets.work"),
    "problems:move_cause": act(of="cause", needs="tickets.work"),
    "problems:use_workaround": form(of="workaround", needs="tickets.note"),
    "problems:known_errors": page(gate=STAFF),
    "problems:workarounds": page(),
    "changes:list": page(gate=STAFF),
    "changes:create": form(gate="tickets.open_for_others"),
    "changes:from_ticket": form(gate="tickets.open_for_others", of="ticket", needs="tickets.view"),
    "changes:details": form(of="change", needs="tickets.work"),
    "changes:calendar": page(gate=STAFF),
    "changes:templates": page(gate=SETTINGS),
    "changes:new_template": form(gate=SETTINGS),
    "changes:template": form(gate=SETTINGS, of="change template"),
    "changes:policies": page(gate=SETTINGS),
    "changes:new_policy": form(gate=SETTINGS),
    "changes:policy": form(gate=SETTINGS, of="change policy"),
    "portal:home": page(),
    "portal:report": form(gate="tickets.open"),
    "projects:list": page(),
    "projects:create": form(gate=PLAN),
    "projects:detail": page(of="project"),
    "projects:edit": form(of="project", needs=PLAN),
    "projects:board": page(of="project"),
    "projects:move": act(of="project"),  # the body names no task; the moves have tests of their own
    "projects:gantt": page(of="project"),
    "projects:gantt_svg": page(of="project"),
    "projects:create_phase": form(of="project", needs=PLAN),
    "projects:phase": form(of="phase", needs=PLAN),
    "projects:remove_phase": act(of="phase", needs=PLAN),
    "projects:create_milestone": form(of="project", needs=PLAN),
    "projects:milestone": form(of="milestone", needs=PLAN),
    "projects:reach_milestone": act(of="milestone", needs=PLAN),
    "projects:remove_milestone": act(of="milestone", needs=PLAN),
    "projects:tasks": page(gate=STAFF),
    "projects:create_task": form(gate="tickets.open_for_others"),
    "projects:plan": form(of="task", needs="tickets.work"),
    "projects:add_dependency": form(of="task", needs="tickets.work"),
    "projects:remove_dependency": act(of="dependency", needs=PLAN),
    "portal:requests": page(),
    "portal:request": {
        "GET": Rule(of="ticket"),
        "POST": Rule(of="ticket", needs="tickets.answer" + OR_OWNER),
    },
    "portal:colleagues": act(of="ticket", needs=NOBODY + OR_OWNER),
    "portal:move": act(
        of="ticket", needs=NOBODY
    ),  # the body names no move; the moves have tests of their own
    "portal:services": page(),
}

SET_UP: dict[str, Rules] = {
    "services:list": page(),
    "services:detail": page(of="service"),
    "services:manage": page(gate=MANAGE_SERVICES),
    "services:create": form(gate=MANAGE_SERVICES),
    "services:edit": form(of="service", needs=MANAGE_SERVICES),
    "services:retire": act(of="service", needs=MANAGE_SERVICES),
    "services:categories": page(gate=MANAGE_SERVICES),
    "services:create_category": form(gate=MANAGE_SERVICES),
    "services:category": form(gate=MANAGE_SERVICES, of="category"),
    "assistance:types": page(gate=MANAGE_SERVICES),
    "assistance:new_type": form(gate=MANAGE_SERVICES),
    "assistance:type": page(gate=MANAGE_SERVICES, of="request form"),
    "assistance:edit_type": form(gate=MANAGE_SERVICES, of="request form"),
    "assistance:fields": form(gate=MANAGE_SERVICES, of="request form"),
    "assistance:new_step": form(gate=MANAGE_SERVICES, of="request form"),
    "assistance:step": form(gate=MANAGE_SERVICES, of="request form"),
    "assistance:remove_step": act(gate=MANAGE_SERVICES, of="request form"),
    "calendars:list": page(gate=SETTINGS),
    "calendars:create": form(gate=SETTINGS),
    "calendars:detail": page(gate=SETTINGS, of="calendar"),
    "calendars:edit": form(gate=SETTINGS, of="calendar"),
}

PEOPLE: dict[str, Rules] = {
    "accounts:people": page(gate=VIEW_PEOPLE),
    "accounts:people_search": page(),
    "accounts:create_person": form(gate=MANAGE_PEOPLE),
    "accounts:person": page(gate=VIEW_PEOPLE, of="person"),
    "accounts:edit_person": form(of="person", needs=MANAGE_PEOPLE),
    "accounts:invite": act(of="person", needs=MANAGE_PEOPLE),
    "accounts:deactivate": act(of="person", needs=MANAGE_PEOPLE),
    "accounts:reactivate": act(of="person", needs=MANAGE_PEOPLE),
    "accounts:end_sessions": act(of="person", needs=MANAGE_PEOPLE),
    "accounts:personal_data": page(of="person", needs=PERSONAL_DATA),
    "accounts:ask_data": act(of="person", needs=PERSONAL_DATA),
    "accounts:erase": form(of="person", needs=PERSONAL_DATA),
    "accounts:person_rights": page(of="person", needs=VIEW_PEOPLE),
    "accounts:create_absence": form(of="person", needs=MANAGE_PEOPLE),
    "accounts:cancel_absence": act(of="absence", needs=MANAGE_PEOPLE),
    "accounts:revoke_token": act(of="token", needs=MANAGE_PEOPLE),
    "accounts:teams": page(gate=VIEW_PEOPLE),
    "accounts:create_team": form(gate=MANAGE_TEAMS),
    "accounts:team": page(gate=VIEW_PEOPLE, of="team"),
    "accounts:edit_team": form(of="team", needs=MANAGE_TEAMS),
    "accounts:delete_team": act(of="team", needs=MANAGE_TEAMS),
    "accounts:add_member": form(of="team", needs=MANAGE_TEAMS),
    "accounts:change_member": act(of="member", needs=MANAGE_TEAMS),
    "accounts:entities": page(gate=VIEW_PEOPLE),
    "accounts:create_entity": form(gate=MANAGE_ENTITIES),
    "accounts:entity": page(gate=VIEW_PEOPLE, of="entity"),
    "accounts:edit_entity": form(of="entity", needs=MANAGE_ENTITIES),
    "accounts:delete_entity": act(of="entity", needs=MANAGE_ENTITIES),
    "accounts:roles": page(gate=VIEW_PEOPLE),
    "accounts:create_role": form(gate=MANAGE_ROLES),
    "accounts:role": page(gate=VIEW_PEOPLE, of="role"),
    "accounts:edit_role": form(gate=MANAGE_ROLES, of="role"),
    "accounts:delete_role": act(of="role", needs=EVERYWHERE + MANAGE_ROLES),
    "accounts:create_grant": form(gate=GRANT),
    "accounts:revoke_grant": act(of="grant", needs=GRANT),
}

OWN: dict[str, Rules] = {
    "account:profile": form(),
    "account:security": page(),
    "account:tokens": page(),
    "account:create_token": form(),
    "account:revoke_token": act(of="another's token"),
    "account:absences": page(),
    "account:create_absence": form(),
    "account:cancel_absence": act(of="another's absence"),
    "account:rights": page(),
    "account:data": form(),
    "account:fetch_data": page(of="another's export"),
    "account:welcome": form(gate=PUBLIC),
    "notifications:list": page(),
    "notifications:bell": page(),
    "notifications:read": act(),  # another's leads back to the list and changes nothing
    "notifications:read_all": act(),
    "notifications:preferences": form(),
    "usersessions_list": form(),
    "mfa_index": page(),
    "mfa_reauthenticate": form(),
    "mfa_activate_totp": form(),
    "mfa_deactivate_totp": form(),
    "mfa_view_recovery_codes": page(),
    "mfa_generate_recovery_codes": form(),
    "mfa_download_recovery_codes": page(),
    "mfa_list_webauthn": page(),
    "mfa_add_webauthn": form(),
    "mfa_reauthenticate_webauthn": form(),
    "mfa_remove_webauthn": form(),
    "mfa_edit_webauthn": form(),
    "account_change_password": form(),
    "account_set_password": form(),
    "account_reauthenticate": form(),
}

ENTRANCE: dict[str, Rules] = {
    "account_login": form(gate=PUBLIC),
    "account_logout": form(gate=PUBLIC),
    "account_inactive": page(gate=PUBLIC),
    "account_reset_password": form(gate=PUBLIC),
    "account_reset_password_done": page(gate=PUBLIC),
    "account_reset_password_from_key": form(gate=PUBLIC),
    "account_reset_password_from_key_done": page(gate=PUBLIC),
    "account_confirm_login_code": form(gate=PUBLIC),
    "mfa_authenticate": form(gate=PUBLIC),
    "mfa_login_webauthn": form(gate=PUBLIC),
    # Addresses that django-allauth has and this portal does not offer.
    "account_email": CLOSED,
    "account_signup": CLOSED,
    "account_email_verification_sent": CLOSED,
    "account_confirm_email": CLOSED,
    "accounts/email/": CLOSED,
    "accounts/signup/": CLOSED,
    "accounts/confirm-email/": CLOSED,
    "accounts/confirm-email/<str:key>/": CLOSED,
}

SHELL: dict[str, Rules] = {
    "core:administration": page(gate=VIEW_PEOPLE),
    "core:theme": act(gate=PUBLIC),
    "core:language": act(gate=PUBLIC),
    "core:keys": act(),
    "core:preview": act(),
    "core:kept": form(),
    "core:draft": {method: Rule() for method in ("GET", "POST", "DELETE")},
    "core:deliveries": page(gate=SETTINGS),
    "core:send_again": act(gate=SETTINGS),
    "core:delivery": page(gate=SETTINGS, of="delivery"),
    "core:jobs": page(gate=SETTINGS),
}

AUDIT: dict[str, Rules] = {
    "audit:list": page(gate=READ_TRAIL),
    "audit:entry": page(gate=READ_TRAIL, of="entry of the trail"),
    "audit:verification": page(gate=READ_TRAIL),
    "audit:verify": act(gate=READ_TRAIL),
    "audit:export": page(gate=READ_TRAIL),
}

ITEMS: dict[str, Rules] = {
    name: {method: Rule(**rule) for method, rule in line.items()}
    for name, line in {**routes_items.ITEMS, **routes_incidents.PAGES}.items()
}

PAGES: dict[str, Rules] = {**ITEMS, **TICKETS, **SET_UP, **PEOPLE, **OWN, **ENTRANCE, **SHELL, **AUDIT}


def _of_tickets(name: str, of: str = "ticket") -> dict[str, Rules]:
    """The lines that the endpoint of all tickets shares with each kind's."""
    return {
        f"api:{name}-list": {"GET": Rule(), "POST": Rule(gate="tickets.open or tickets.open_for_others")},
        f"api:{name}-detail": {"GET": Rule(of=of), "PATCH": Rule(of=of, needs="tickets.work")},
        f"api:{name}-assign": {"POST": Rule(of=of, needs="tickets.assign")},
        f"api:{name}-pass-on": {"POST": Rule(of=of, needs="tickets.assign")},
        f"api:{name}-take": {"POST": Rule(of=of, needs="tickets.work")},
        f"api:{name}-moves": {"GET": Rule(of=of), "POST": Rule(of=of, needs="tickets.work")},
    }


def _read(of: str) -> Rules:
    return {"GET": Rule(of=of)}


API: dict[str, Rules] = {
    **_of_tickets("ticket"),
    **_of_tickets("incident"),
    **_of_tickets("problem", of="problem"),
    **_of_tickets("request", of="request"),
    "api:request-type-list": {"GET": Rule(), "POST": Rule(gate=MANAGE_SERVICES)},
    "api:request-type-detail": {
        "GET": Rule(of="request form code"),
        "PATCH": Rule(gate=MANAGE_SERVICES, of="request form code"),
    },
    "api:approval-list": {"GET": Rule(of="ticket"), "POST": Rule(of="ticket", needs="tickets.work")},
    "api:approval-detail": _read("api approval"),
    "api:approval-decide": {"POST": Rule(of="api approval step", needs=AUTHOR)},
    "api:approval-withdraw": {"POST": Rule(of="api approval", needs="tickets.work")},
    **_of_tickets("change", of="change"),
    **_of_tickets("task", of="task"),
    "api:project-list": {"GET": Rule(), "POST": Rule(of="new project", needs=PLAN)},
    "api:project-detail": {"GET": Rule(of="project"), "PATCH": Rule(of="project", needs=PLAN)},
    "api:phase-list": {"GET": Rule(of="project"), "POST": Rule(of="project", needs=PLAN)},
    "api:phase-detail": {
        "GET": Rule(of="phase"),
        "PATCH": Rule(of="phase", needs=PLAN),
        "DELETE": Rule(of="phase", needs=PLAN),
    },
    "api:milestone-list": {"GET": Rule(of="project"), "POST": Rule(of="project", needs=PLAN)},
    "api:milestone-detail": {
        "GET": Rule(of="milestone"),
        "PATCH": Rule(of="milestone", needs=PLAN),
        "DELETE": Rule(of="milestone", needs=PLAN),
    },
    "api:milestone-reach": {"POST": Rule(of="milestone", needs=PLAN)},
    "api:dependency-list": {"GET": Rule(of="project"), "POST": Rule(of="project", needs=PLAN)},
    "api:dependency-detail": {
        "GET": Rule(of="api dependency"),
        "DELETE": Rule(of="api dependency", needs=PLAN),
    },
    "api:problem-uses": {"POST": Rule(of="problem", needs="tickets.work")},
    "api:cause-list": {
        "GET": Rule(of="internal problem"),
        "POST": Rule(of="internal problem", needs="tickets.work"),
    },
    "api:cause-detail": {
        "GET": Rule(of="api cause"),
        "PATCH": Rule(of="api cause", needs="tickets.work"),
        "DELETE": Rule(of="api cause", needs="tickets.work"),
    },
    "api:change-conflicts": {"GET": Rule(of="change")},
    "api:change-template-list": page(),
    "api:change-template-detail": {"GET": Rule(of="change template code")},
    "api:comment-list": {
        "GET": Rule(of="ticket"),
        "POST": Rule(of="ticket", needs="tickets.answer" + OR_OWNER),
    },
    "api:comment-detail": {
        "GET": Rule(of="api note"),
        "PATCH": Rule(of="api note", needs=AUTHOR),
        "DELETE": Rule(of="api note", needs=AUTHOR),
    },
    "api:event-list": _read("ticket"),
    "api:event-detail": _read("internal event"),
    "api:attachment-list": {
        "GET": Rule(of="ticket"),
        "POST": Rule(of="ticket", needs="tickets.answer" + OR_OWNER),
    },
    "api:attachment-detail": _read("api internal file"),
    "api:attachment-content": _read("internal file"),
    "api:ticket-merge": {"POST": Rule(of="ticket", needs="tickets.work")},
    "api:ticket-unmerge": {"POST": Rule(of="ticket", needs="tickets.work")},
    "api:ticket-split": {"POST": Rule(of="ticket", needs="tickets.work")},
    "api:ticket-convert": {"POST": Rule(of="ticket", needs="tickets.work")},
    "api:link-list": {"GET": Rule(of="ticket"), "POST": Rule(of="ticket", needs="tickets.work")},
    "api:link-detail": {"GET": Rule(of="api link"), "DELETE": Rule(of="api link", needs="tickets.work")},
    "api:bulk-job-list": {"GET": Rule(), "POST": Rule()},
    "api:bulk-job-detail": _read("another's bulk act"),
    "api:follower-list": {"GET": Rule(of="ticket"), "POST": Rule(of="ticket")},
    "api:follower-detail": {
        "GET": Rule(of="follower"),
        "PATCH": Rule(of="follower", needs=NOBODY),
        "DELETE": Rule(of="follower", needs="tickets.view" + OR_OWNER),
    },
    "api:person-list": {"GET": Rule(), "POST": Rule(of="new person", needs=MANAGE_PEOPLE)},
    "api:person-detail": {"GET": Rule(of="person"), "PATCH": Rule(of="person", needs=MANAGE_PEOPLE)},
    "api:person-exports": {
        "GET": Rule(of="person", needs=PERSONAL_DATA),
        "POST": Rule(of="person", needs=PERSONAL_DATA),
    },
    "api:person-export-content": page(of="another's export"),
    "api:person-erasure": {
        "GET": Rule(of="person", needs=PERSONAL_DATA),
        "POST": Rule(of="person", needs=PERSONAL_DATA),
    },
    "api:person-invite": {"POST": Rule(of="person", needs=MANAGE_PEOPLE)},
    "api:team-list": {"GET": Rule(), "POST": Rule(of="new team", needs=MANAGE_TEAMS)},
    "api:team-detail": {
        "GET": Rule(of="team"),
        "PATCH": Rule(of="team", needs=MANAGE_TEAMS),
        "DELETE": Rule(of="team", needs=MANAGE_TEAMS),
    },
    "api:entity-list": {"GET": Rule(), "POST": Rule(of="new entity", needs=MANAGE_ENTITIES)},
    "api:entity-detail": {
        "GET": Rule(of="entity"),
        "PATCH": Rule(of="entity", needs=MANAGE_ENTITIES),
        "DELETE": Rule(of="entity", needs=MANAGE_ENTITIES),
    },
    "api:service-list": {"GET": Rule(), "POST": Rule(of="new service", needs=MANAGE_SERVICES)},
    "api:service-detail": {"GET": Rule(of="service"), "PATCH": Rule(of="service", needs=MANAGE_SERVICES)},
    "api:category-list": {"GET": Rule(), "POST": Rule(gate=MANAGE_SERVICES)},
    "api:category-detail": {
        "GET": Rule(of="category"),
        "PATCH": Rule(gate=MANAGE_SERVICES, of="category"),
    },
    "api:time-list": {"GET": Rule(of="ticket"), "POST": Rule(of="ticket", needs="tickets.work")},
    "api:time-detail": _read("api time line"),
    "api:time-void": {"POST": Rule(of="api time line", needs="tickets.log_for_others")},
    "api:cost-list": {"GET": Rule(of="ticket"), "POST": Rule(of="ticket", needs="tickets.work")},
    "api:cost-detail": _read("api cost line"),
    "api:cost-void": {"POST": Rule(of="api cost line", needs="tickets.log_for_others")},
    "api:budget": {
        "GET": Rule(of="ticket", needs="tickets.costs"),
        "PATCH": Rule(of="ticket", needs="tickets.budget"),
    },
    "api:ledger": page(),
    "api:ledger-totals": page(),
    "api:rate-list": {"GET": Rule(), "POST": Rule(gate=SETTINGS)},
    "api:rate-detail": _read("rate"),
    "api:rate-void": {"POST": Rule(of="rate", needs=SETTINGS)},
    "api:activity-list": page(),
    "api:activity-detail": _read("activity code"),
    "api:check-list": {"GET": Rule(of="ticket"), "POST": Rule(of="ticket", needs="tickets.work")},
    "api:check-detail": {
        method: Rule(of="api point", needs="" if method == "GET" else "tickets.work")
        for method in ("GET", "PATCH", "DELETE")
    },
    "api:recurrence-list": {"GET": Rule(), "POST": Rule(of="new recurrence", needs=RECURRING)},
    "api:recurrence-detail": {"GET": Rule(of="recurrence"), "PATCH": Rule(of="recurrence")},
    "api:recurrence-open": {"POST": Rule(of="recurrence")},
    "api:custom-field-list": {"GET": Rule(), "POST": Rule(gate=SETTINGS)},
    "api:custom-field-detail": {
        "GET": Rule(of="custom field code"),
        "PATCH": Rule(of="custom field code", needs=SETTINGS),
    },
    "api:canned-answer-list": {"GET": Rule(), "POST": Rule(gate=SETTINGS)},
    "api:canned-answer-detail": {
        "GET": Rule(of="canned answer row"),
        "PATCH": Rule(of="canned answer row", needs=SETTINGS),
    },
    "api:filled-answer-list": page(of="ticket"),
    "api:pending-reason-list": page(),
    "api:pending-reason-detail": _read("pending reason code"),
    "api:resolution-code-list": page(),
    "api:resolution-code-detail": _read("resolution code code"),
    "api:audit-list": page(gate=READ_TRAIL),
    "api:audit-detail": page(gate=READ_TRAIL, of="entry of the trail"),
    "api:audit-export": page(gate=READ_TRAIL),
    "api:audit-verification": {"GET": Rule(gate=READ_TRAIL), "POST": Rule(gate=READ_TRAIL)},
    **{
        name: {method: Rule(**rule) for method, rule in line.items()}
        for name, line in {**routes_items.API, **routes_incidents.API}.items()
    },
    "api:me": {"GET": Rule(), "PATCH": Rule()},
    "api:schema": page(),
    "api:docs": page(),
    "api/v1/^.*/$": {method: Rule(of="nothing") for method in ("GET", "POST", "PATCH", "DELETE")},
}

# What the walk sends with an unsafe method of the API, so that nothing but the right is missing.
BODIES: dict[str, dict[str, Any]] = {
    **routes_items.BODIES,
    **routes_incidents.BODIES,
    "POST api:ticket-list": {"title": "Walked in"},
    "POST api:incident-list": {"title": "Walked in"},
    "PATCH api:ticket-detail": {"title": "Walked over"},
    "PATCH api:incident-detail": {"title": "Walked over"},
    **{f"POST api:{kind}-list": {"title": "Walked in"} for kind in ("problem", "change", "request")},
    **{f"PATCH api:{kind}-detail": {"title": "Walked over"} for kind in ("problem", "change", "request")},
    **{
        f"POST api:{kind}-moves": {"to": "cancelled", "reason": "Walking"}
        for kind in ("problem", "change", "request")
    },
    **{
        f"POST api:{kind}-pass-on": {"level": "n2", "reason": "Walking"}
        for kind in ("problem", "change", "request")
    },
    "POST api:request-type-list": {"name_fr": "Promenade"},
    "PATCH api:request-type-detail": {"name_fr": "Balade"},
    "POST api:approval-list": {"steps": [{"name": "Walk"}]},
    "POST api:approval-decide": {"decision": "approved"},
    "POST api:cause-list": {"text": "Walked into"},
    "PATCH api:cause-detail": {"text": "Walked over"},
    "POST api:ticket-convert": {"kind": "problem"},
    "POST api:bulk-job-list": {"act": "follow", "filter": {"assignee": "none"}},
    "POST api:ticket-moves": {"to": "pending", "pending_reason": "requester"},
    "POST api:check-list": {"points": ["Look"]},
    "PATCH api:check-detail": {"done": True},
    "POST api:request-moves": {"to": "pending", "pending_reason": "requester"},
    "POST api:incident-moves": {"to": "pending", "pending_reason": "requester"},
    "POST api:ticket-pass-on": {"level": "n2", "reason": "Walking"},
    "POST api:incident-pass-on": {"level": "n2", "reason": "Walking"},
    "POST api:comment-list": {"body": "Walked by"},
    "PATCH api:comment-detail": {"body": "Walked over"},
    "PATCH api:person-detail": {"phone": "12"},
    "PATCH api:team-detail": {"name": "Walkers"},
    "PATCH api:entity-detail": {"name": "Walk"},
    "PATCH api:service-detail": {"name": "Walks"},
    "POST api:category-list": {"name": "Walks"},
    "PATCH api:category-detail": {"name": "Walks"},
    "PATCH api:me": {"phone": "12"},
    "PATCH api:follower-detail": {"muted": True},
    "POST api:custom-field-list": {"slug": "walked", "label_fr": "Marche"},
    "PATCH api:custom-field-detail": {"label_fr": "Marche"},
    "POST api:canned-answer-list": {"title": "Walk", "body_fr": "Marchez."},
    "PATCH api:canned-answer-detail": {"title": "Walks"},
    "POST api:time-list": {"minutes": 30},
    "POST api:time-void": {"reason": "Walked over"},
    "POST api:cost-list": {"nature": "travel", "label": "Walk", "amount": "3.20"},
    "POST api:cost-void": {"reason": "Walked over"},
    "PATCH api:budget": {"amount": "100.00"},
    "POST api:rate-list": {"amount": "40.00", "valid_from": "2031-01-01"},
    "POST api:rate-void": {"reason": "Walked over"},
    "POST api:task-list": {"title": "Walked in"},
    "PATCH api:task-detail": {"title": "Walked over"},
    "POST api:task-moves": {"to": "pending", "pending_reason": "requester"},
    "POST api:task-pass-on": {"level": "n2", "reason": "Walking"},
    "PATCH api:project-detail": {"name": "Walk"},
    "POST api:phase-list": {"name": "Walk"},
    "PATCH api:phase-detail": {"name": "Walk"},
    "POST api:milestone-list": {"name": "Walked", "due_on": "2031-01-01"},
    "PATCH api:milestone-detail": {"name": "Walked"},
    "POST api:milestone-reach": {"reached": True},
}
