"""Who may open the pages and endpoints of interventions, major incidents and incident reports."""

from typing import Any

STAFF = "staff"
DECLARE, WORK, VIEW = "incidents.declare_major", "tickets.work", "tickets.view"

Line = dict[str, dict[str, str]]


def _page(**rule: str) -> Line:
    return {"GET": rule}


def _act(**rule: str) -> Line:
    return {"POST": rule}


def _form(**rule: str) -> Line:
    return {"GET": rule, "POST": rule}


PAGES: dict[str, Line] = {
    "tickets:interventions": _page(gate=STAFF),
    "tickets:plan_intervention": _form(of="ticket", needs=WORK),
    "tickets:intervention": _page(of="intervention", needs=VIEW),
    "tickets:change_intervention": _form(of="intervention", needs=WORK),
    "tickets:start_intervention": _act(of="intervention", needs=WORK),
    "tickets:intervention_form": _form(of="intervention", needs=WORK),
    "tickets:intervention_sheet": _page(of="intervention", needs=VIEW),
    "tickets:sign_intervention": _form(of="intervention", needs=WORK),
    "tickets:intervention_signature": _page(of="intervention", needs=VIEW),
    "tickets:cancel_intervention": _form(of="intervention", needs=WORK),
    "incidents:majors": _page(gate=STAFF),
    "incidents:major": _page(of="major", needs=VIEW),
    "incidents:edit_major": _form(of="major", needs=DECLARE),
    "incidents:write_entry": _act(of="major", needs=WORK),
    "incidents:communicate": _act(of="major", needs=DECLARE),
    "incidents:attach": _act(of="major", needs=WORK),
    "incidents:review": _form(of="major", needs=DECLARE),
    "incidents:major_status": _page(of="major status"),
    "incidents:join": _act(of="major status"),
    "incidents:declare": _form(of="ticket", needs=DECLARE),
    "incidents:attach_here": _act(of="ticket", needs=WORK),
    "incidents:describe": _form(of="ticket", needs=WORK),
    "incidents:report": {"GET": {"of": "ticket", "needs": VIEW}, "POST": {"of": "ticket", "needs": WORK}},
    "incidents:finalise_report": _act(of="ticket", needs=WORK),
    "incidents:report_pdf": _page(of="ticket", needs=VIEW),
}

API: dict[str, Line] = {
    "api:intervention-list": {"GET": {"of": "ticket"}, "POST": {"of": "ticket", "needs": WORK}},
    "api:intervention-detail": {
        "GET": {"of": "api intervention"},
        "PATCH": {"of": "api intervention", "needs": WORK},
    },
    **{
        f"api:intervention-{name}": {"POST": {"of": "api intervention", "needs": WORK}}
        for name in ("start", "sheet", "sign", "cancel")
    },
    "api:major-incident-list": {"GET": {}, "POST": {"of": "ticket", "needs": DECLARE}},
    "api:major-incident-detail": {
        "GET": {"of": "major status"},
        "PATCH": {"of": "major status", "needs": DECLARE},
    },
    "api:major-incident-entries": {
        "GET": {"of": "major status"},
        "POST": {"of": "major status", "needs": WORK},
    },
    "api:major-incident-children": {
        "GET": {"of": "major status"},
        "POST": {"of": "major status", "needs": WORK},
    },
    "api:major-incident-communicate": {"POST": {"of": "major status", "needs": DECLARE}},
    "api:major-incident-join": {"POST": {"of": "major status"}},
    "api:major-incident-review": {"POST": {"of": "major status", "needs": DECLARE}},
    "api:incident-report": {"GET": {"of": "ticket", "needs": VIEW}, "PATCH": {"of": "ticket", "needs": WORK}},
    "api:incident-report-pdf": {"GET": {"of": "ticket", "needs": VIEW}},
    "api:incident-finalise-report": {"POST": {"of": "ticket", "needs": WORK}},
}

BODIES: dict[str, dict[str, Any]] = {
    "POST api:intervention-list": {
        "starts_at": "2030-01-07T09:00:00Z", "ends_at": "2030-01-07T10:00:00Z", "place": "Here",
    },
    "PATCH api:intervention-detail": {"place": "There"},
    "POST api:intervention-sheet": {"work_done": "Walked"},
    "POST api:intervention-sign": {"signer_name": "Walker", "agreed": True},
    "POST api:intervention-cancel": {"reason": "Walking"},
    "PATCH api:major-incident-detail": {"summary": "Walked over"},
    "POST api:major-incident-entries": {"body": "Walked by"},
    "POST api:major-incident-communicate": {"body": "Walked by"},
    "POST api:major-incident-review": {"what_happened": "Walked"},
    "PATCH api:incident-report": {"summary": "Walked over"},
}  # fmt: skip
