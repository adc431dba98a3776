"""Who may open what of items: lines of the table in `routes.py`."""

from typing import Any

MANAGE, VIEW, EDIT = "services.manage", "services.view_items", "services.edit_items"

Line = dict[str, dict[str, str]]


def _page(**rule: str) -> Line:
    return {"GET": rule}


def _act(**rule: str) -> Line:
    return {"POST": rule}


def _form(**rule: str) -> Line:
    return {"GET": rule, "POST": rule}


ITEMS: dict[str, Line] = {
    "services:graph": _page(),
    "services:service_graph": _page(gate=VIEW, of="service"),
    "services:relate_service": _form(of="service", needs=MANAGE),
    "services:remove_relation": _act(of="relation", needs=EDIT),
    "services:items": _page(),
    "services:new_item": _page(gate=EDIT),
    "services:create_item": _form(gate=EDIT, of="item type"),
    "services:item_search": _page(),
    "services:item_export": _page(gate=VIEW),
    "services:labels": _page(),
    "services:import_items": _form(gate=EDIT),
    "services:item_imports": _page(gate=EDIT),
    "services:item_import": _page(gate=EDIT, of="another's item import"),
    "services:start_import": _act(of="another's item import"),
    "services:item": _page(of="item"),
    "services:edit_item": _form(of="item", needs=EDIT),
    "services:retire_item": _act(of="item", needs=EDIT),
    "services:item_graph": _page(gate=VIEW, of="item"),
    "services:relate_item": _form(of="item", needs=EDIT),
    "services:item_types": _page(gate=MANAGE),
    "services:new_item_type": _form(gate=MANAGE),
    "services:item_type": _form(gate=MANAGE, of="item type"),
    "services:new_attribute": _form(gate=MANAGE, of="item type"),
    "services:attribute": _form(gate=MANAGE, of="attribute"),
    "services:remove_attribute": _act(of="attribute", needs=MANAGE),
    "services:places": _page(gate=MANAGE),
    "services:new_place": _form(gate=MANAGE),
    "services:place": _form(gate=MANAGE, of="place"),
    "services:suppliers": _page(gate=MANAGE),
    "services:new_supplier": _form(gate=MANAGE),
    "services:supplier": _form(gate=MANAGE, of="supplier"),
    "report_item": _page(of="item at hand"),
}


def _api(
    of: str, needs: str, *, created: dict[str, str], deletes: bool = False, edits: bool = True
) -> list[Line]:
    detail: Line = {"GET": {"of": of}}
    if edits:
        detail["PATCH"] = {"of": of, "needs": needs}
    if deletes:
        detail["DELETE"] = {"of": of, "needs": needs}
    return [{"GET": {}, "POST": created}, detail]


def _resources() -> dict[str, Line]:
    found: dict[str, Line] = {}
    for name, lines in {
        "item": _api("item", EDIT, created={"of": "new item", "needs": EDIT}),
        "relation": _api(
            "relation", EDIT, created={"of": "new relation", "needs": EDIT}, deletes=True, edits=False
        ),
        "item-type": _api("item type code", MANAGE, created={"gate": MANAGE}),
        "item-attribute": _api("attribute", MANAGE, created={"gate": MANAGE}, deletes=True),
        "place": _api("place", MANAGE, created={"of": "new place", "needs": MANAGE}),
        "supplier": _api("supplier", MANAGE, created={"gate": MANAGE}),
    }.items():
        found[f"api:{name}-list"], found[f"api:{name}-detail"] = lines
    return found


API: dict[str, Line] = {
    **_resources(),
    "api:item-impact": {"GET": {"of": "item", "needs": VIEW}},
    "api:service-dependents": {"GET": {"of": "service", "needs": VIEW}},
}

BODIES: dict[str, dict[str, Any]] = {
    "PATCH api:item-detail": {"name": "Walks"},
    "POST api:item-type-list": {"code": "walk", "name_fr": "Promenade"},
    "PATCH api:item-type-detail": {"name_en": "Walks"},
    "POST api:item-attribute-list": {"item_type": "serveur", "code": "walk", "label_fr": "Promenade"},
    "PATCH api:item-attribute-detail": {"label_en": "Walks"},
    "PATCH api:place-detail": {"name": "Walks"},
    "POST api:supplier-list": {"name": "Walks"},
    "PATCH api:supplier-detail": {"phone": "12"},
}
