"""Whatever is typed into a form or an address: the field is named in the reader's language, nothing typed is lost, no fault."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.forms.boundfield import BoundField
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from core.forms import FilesField
from tests.contracts.routes import PAGES, PUBLIC
from tests.contracts.test_walk import MAY_NOT_APPLY, address_of
from tests.contracts.world import SCHOOL, World, build
from tickets.actions import comment, edit, open_ticket
from tickets.models import Attachment, Comment, Ticket

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

STRANGE = "🙂 שלום ‮ مرحبا \u200f é ẞ ﷽ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 <b>&amp;</b> {{ 7 }} '\""
LINES = "\n".join(f"line {number}" for number in range(10_000))
# Wrong for whatever is not free text.
NONSENSE = ("nonsense 🙂", "-1", "9" * 40, "2026-13-45")
LANGUAGES = ("fr", "en")
# Fields whose nonsense is somebody's right: free text in the eyes of the form.
TYPED = (
    forms.ChoiceField, forms.ModelChoiceField, forms.IntegerField, forms.DateField, forms.DateTimeField,
    forms.EmailField, forms.SlugField, forms.URLField,
)  # fmt: skip

# What answers with fields to be put into a form, and takes whatever is typed so far.
PARTS = ("tickets:fields_part",)

FORMS = [
    name
    for name, rules in PAGES.items()
    if (rule := rules.get("POST")) and rule.gate != PUBLIC and not name.startswith((*MAY_NOT_APPLY, *PARTS))
]


@dataclass
class Desk:
    """Somebody who fills in forms, in one language."""

    client: Client
    world: World

    def address(self, name: str) -> str:
        """The address of a form, about a thing of the school."""
        return address_of(name, self.world.things[PAGES[name]["POST"].of].get(SCHOOL, {}))

    def blank(self, name: str) -> forms.BaseForm | None:
        """The form as the page first shows it; None where the address has no form."""
        address = self.address(name)
        if "GET" in PAGES[name]:
            return form_in(self.client.get(address))
        with transaction.atomic():
            found = form_in(self.client.post(address))
            transaction.set_rollback(True)
        return found

    def send(self, name: str, data: dict[str, Any]) -> Answer:
        """Send a form and undo what came of it."""
        with transaction.atomic():
            response = self.client.post(self.address(name), data)
            transaction.set_rollback(True)
        return response


def form_in(response: Answer) -> forms.BaseForm | None:
    """The form that a page shows; of several the one that was sent."""
    if response.context is None:
        return None
    # A page of one template has its context bare.
    layers: list[Any] = [response.context] if hasattr(response.context, "dicts") else list(response.context)
    shown = [value for layer in layers for part in layer.dicts for value in part.values()]
    found = response.context.get("form")
    # By type: asking a lazy value what it is would make it, and the nonce may no longer be made.
    forms_shown = [form for form in (found, *shown) if issubclass(type(form), forms.BaseForm)]
    return next(
        (form for form in forms_shown if form.is_bound and form.errors), next(iter(forms_shown), None)
    )


def as_sent(form: forms.BaseForm) -> dict[str, Any]:
    """What a browser sends of a form left as it is."""
    values = {bound.html_name: bound.value() for bound in form if not isinstance(bound.field, FilesField)}
    return {name: plain(value) for name, value in values.items() if value is not None and value is not False}


def plain(value: Any) -> Any:
    """A value of a form as a browser writes it."""
    if isinstance(value, list | tuple | set):
        return [plain(each) for each in value]
    if isinstance(value, User):
        return value.email
    return str(getattr(value, "pk", value))


@pytest.fixture
def world(words: None) -> World:
    """One of each thing."""
    return build()


@pytest.fixture
def desk(world: World, client: Client) -> Desk:
    """The administrator, who may open every form."""
    person = world.people["administrator"]
    User.objects.filter(pk=person.pk).update(language="fr")
    client.force_login(person)
    return Desk(client, world)


def text_fields(form: forms.BaseForm) -> Iterator[BoundField]:
    """The fields one types free text into."""
    for bound in form:
        if (
            isinstance(bound.field, forms.CharField)
            and not isinstance(bound.field, TYPED)
            and not bound.is_hidden
        ):
            yield bound


def blames(response: Answer, bound: BoundField) -> str:
    """Empty where the page is a 422 that says which field is wrong; else what it is instead."""
    if response.status_code != 422:
        return f"gave {response.status_code}"
    form = form_in(response)
    if form is None or bound.name not in form.errors:
        return f"blames {sorted(form.errors) if form else 'nothing'}"
    said, message = response.content.decode(), str(form.errors[bound.name][0])
    return "" if escape(message) in said or message in said else f"hides “{message}”"


def wrong_values(bound: BoundField) -> Iterator[tuple[str, str]]:
    """What no such field takes, each with its name; two kinds of nonsense per field, in turn."""
    field = bound.field
    if isinstance(field, forms.SlugField):
        yield "is nonsense", NONSENSE[0]
    elif isinstance(field, TYPED):
        for turn in (len(bound.name), len(bound.name) + 1):
            yield "is nonsense", NONSENSE[turn % len(NONSENSE)]
    if isinstance(field, forms.CharField):
        yield "has a NUL", "a\x00b"
        if field.max_length:
            yield "is too long", "word " * (field.max_length // 5) + "and more"


def try_field(desk: Desk, name: str, bound: BoundField, sent: dict[str, Any]) -> Iterator[str]:
    """What goes wrong with wrong values in one field."""
    field, case = bound.field, f"{name}: {bound.name}"
    if field.required and not isinstance(field, forms.BooleanField):
        rest = {key: value for key, value in sent.items() if key != bound.html_name}
        if complaint := blames(desk.send(name, rest), bound):
            yield f"{case} is missing: {complaint}"
    for what, typed in wrong_values(bound):
        response = desk.send(name, {**sent, bound.html_name: typed})
        # Some nonsense is somebody's good value: then it went through, or another field is to blame.
        if what == "is nonsense" and is_taken(response, bound):
            continue
        if complaint := blames(response, bound):
            yield f"{case} {what} ({typed[:20]!r}): {complaint}"
        elif what == "is too long" and not is_secret(bound) and typed not in response.content.decode():
            yield f"{case} {what}: what was typed is lost"


def is_taken(response: Answer, bound: BoundField) -> bool:
    """Whether the value was taken: the form led on, or says that other fields only are wrong."""
    form = form_in(response) if response.status_code == 422 else None
    return response.status_code == 302 or bool(form and form.errors and bound.name not in form.errors)


def is_secret(bound: BoundField) -> bool:
    """Whether the page never shows what was typed."""
    return isinstance(bound.field.widget, forms.PasswordInput)


def test_form_names_each_wrong_field_and_keeps_what_was_typed(desk: Desk) -> None:
    wrong: list[str] = []
    for name in FORMS:
        form = desk.blank(name)
        if form is None:
            continue
        sent = as_sent(form)
        for bound in form:
            if not isinstance(bound.field, FilesField) and not bound.field.disabled:
                wrong += try_field(desk, name, bound, sent)
    assert not wrong, "\n" + "\n".join(wrong)


def test_form_takes_strange_text_or_names_it(desk: Desk) -> None:
    wrong: list[str] = []
    for name in FORMS:
        form = desk.blank(name)
        if form is None:
            continue
        for bound in text_fields(form):
            for typed in (STRANGE, LINES):
                response = desk.send(name, {**as_sent(form), bound.html_name: typed})
                if response.status_code not in (200, 302, 409, 422):
                    wrong.append(f"{name}: {bound.name} gave {response.status_code}")
                elif (
                    response.status_code == 422
                    and not is_secret(bound)
                    and typed[:8] not in response.content.decode()
                ):
                    wrong.append(f"{name}: {bound.name} loses what was typed")
    assert not wrong, "\n" + "\n".join(wrong)


def test_messages_of_refusals_are_in_the_language_of_the_reader(world: World, client: Client) -> None:
    """No refusal reads alike in French and in English."""
    person = world.people["administrator"]
    client.force_login(person)
    said: dict[str, dict[str, set[str]]] = {language: {} for language in LANGUAGES}
    for language in LANGUAGES:
        User.objects.filter(pk=person.pk).update(language=language)
        desk = Desk(client, world)
        for name in FORMS:
            form = desk.blank(name)
            if form is None:
                continue
            answer = form_in(
                desk.send(name, {bound.html_name: "a\x00b" for bound in form} | {"person": "no one"})
            )
            for field, messages in (answer.errors if answer else {}).items():
                said[language][f"{name}: {field}"] = {str(message) for message in messages}
    assert said["fr"], "nothing was refused"
    alike = {case for case, messages in said["fr"].items() if messages & said["en"].get(case, set())}
    assert alike == set()


@pytest.mark.parametrize("typed", [STRANGE, LINES, "x" * 199_000], ids=["strange", "10,000 lines", "long"])
def test_what_fits_is_kept_to_the_letter(
    typed: str, incident: Ticket, requester: User, agent: User, client: Client
) -> None:
    client.force_login(requester)
    report = {"title": "Odd 🙂 ‮title", "description": typed, "urgency": "3", "impact": "2"}
    assert client.post("/portal/report/", report).status_code == 302
    written = Ticket.objects.latest("pk")
    assert written.description.replace("\r\n", "\n") == typed.strip()
    assert client.post(f"/portal/requests/{written.reference}/", {"body": typed}).status_code == 302
    assert Comment.objects.get(ticket=written).body.replace("\r\n", "\n") == typed.strip()
    for reader, address in (
        (requester, f"/portal/requests/{written.reference}/"),
        (agent, "/queue/?view=all"),
    ):
        client.force_login(reader)
        assert client.get(address).status_code == 200


def test_unknown_row_of_another_entity_is_as_unknown_as_none(world: World, client: Client) -> None:
    client.force_login(world.people["technician"])
    ticket = world.things["ticket"][SCHOOL]["reference"]
    for place in ("hospital", "nowhere"):
        foreign = {
            name: things.get(place, {"pk": 10**12})["pk"]
            for name, things in world.things.items()
            if name in ("team", "service", "person")
        }
        for address, data, field in (
            (f"/tickets/{ticket}/assign/", {"team": foreign["team"]}, "team"),
            (f"/tickets/{ticket}/assign/", {"assignee": foreign["person"]}, "assignee"),
            (f"/tickets/{ticket}/pass-on/", {"team": foreign["team"], "reason": "x"}, "team"),
            ("/incidents/new/", {"title": "x", "service": foreign["service"]}, "service"),
        ):
            response = client.post(address, data)
            form = form_in(response)
            assert response.status_code == 422 and form is not None
            assert field in form.errors, (address, field)


ODD_REFERENCES = [
    "INC-0", "INC--1", "INC-01", "INC-" + "9" * 30, "INC-1'--", "TIC-", "x" * 3000, "é🙂", "%00", "INC-1%00", "..%2f..%2fetc",
    "INC-1%0aSet-Cookie:x", "%ff", "INC-١", "PRB-999999999", "<script>",
]  # fmt: skip


@pytest.mark.parametrize("reference", ODD_REFERENCES)
def test_reference_that_is_none_is_not_found(
    reference: str, agent: User, incident: Ticket, client: Client
) -> None:
    client.force_login(agent)
    for address in (
        f"/tickets/{reference}/",
        f"/tickets/{reference}/edit/",
        f"/portal/requests/{reference}/",
    ):
        assert client.get(address).status_code in (400, 404), address
        assert client.post(address).status_code in (400, 404, 405), address


LISTS = [
    "tickets:queue", "incidents:list", "tickets:lookup", "portal:requests", "portal:services", "services:list",
    "services:manage", "services:categories", "accounts:people", "accounts:people_search", "accounts:teams", "calendars:list",
    "core:deliveries", "notifications:list", "tickets:pending_reasons", "problems:list", "problems:known_errors",
    "problems:workarounds", "changes:list", "changes:calendar", "changes:templates",
]  # fmt: skip
ODD_VALUES = (
    "nonsense",
    "-1",
    "0",
    "9" * 40,
    "a%00b",
    "%ff%fe",
    "🙂",
    "' OR 1=1 --",
    "%26|!():*<->\\'\"",
    "x" * 300,
    "٣",
    "2026-13-45",
)
PARAMETERS = (
    "q", "page", "sort", "view", "state", "status", "kind", "priority", "team", "assignee", "requester", "follower", "service",
    "category", "entity", "month", "change_type", "risk_level", "undecided", "window_after", "known_error", "channel", "overdue", "is_open", "created_after", "updated_before", "level", "role", "filters",
)  # fmt: skip


def test_odd_query_is_never_a_fault(world: World, client: Client) -> None:
    client.force_login(world.people["administrator"])
    for name in LISTS:
        address = reverse(name)
        queries = [
            f"{parameter}={ODD_VALUES[place % len(ODD_VALUES)]}" for place, parameter in enumerate(PARAMETERS)
        ]
        queries += ["&".join(f"{parameter}={odd}" for parameter in PARAMETERS) for odd in ODD_VALUES]
        for query in queries:
            status = client.get(f"{address}?{query}", headers={"HX-Request": "true"}).status_code
            assert status == (400 if "%00" in query else 200), f"{name}?{query[:200]}: {status}"


def picture(kind: str = "png") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, kind)
    return content.getvalue()


HTML = b"<html><script>alert(document.cookie)</script></html>"
BAD_FILES = {
    "a picture that is HTML": ("photo.png", HTML, "image/png"),
    "a picture with HTML behind its head": ("photo.gif", b"GIF89a" + HTML, "image/gif"),
    "an SVG": ("drawing.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
    "a page": ("page.html", HTML, "text/html"),
    "a program": ("setup.exe", b"MZ" + b"\0" * 200, "application/octet-stream"),
    "a program called a text": ("readme.txt", b"MZ" + b"\0" * 200, "text/plain"),
    "nothing": ("empty.txt", b"", "text/plain"),
    "a broken picture": ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 50, "image/jpeg"),
    "a PDF that is a picture": ("paper.pdf", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "application/pdf"),
    "no extension": ("Makefile", b"all:", "text/plain"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_file_that_is_not_what_it_says_is_refused_by_name(
    case: str, incident: Ticket, requester: User, agent: User, client: Client
) -> None:
    name, content, content_type = BAD_FILES[case]
    typed = "What I typed stays here"
    for person, address, data in (
        (
            requester,
            "/portal/report/",
            {"title": "With a file", "description": typed, "urgency": "3", "impact": "2"},
        ),
        (requester, f"/portal/requests/{incident.reference}/", {"body": typed}),
        (agent, f"{incident.get_absolute_url()}write/", {"body": typed, "kind": "public"}),
        (
            agent,
            "/incidents/new/",
            {"title": "With a file", "description": typed, "channel": "phone", "urgency": 3, "impact": 3},
        ),
    ):
        client.force_login(person)
        upload = SimpleUploadedFile(name, content, content_type)
        response = client.post(address, {**data, "files": upload})
        assert response.status_code == 422, address
        form = form_in(response)
        assert form is not None and "files" in form.errors, address
        assert typed in response.content.decode(), address
    client.force_login(requester)
    pasted = client.post("/attachments/", {"file": SimpleUploadedFile(name, content, content_type)})
    assert pasted.status_code == 422 and "files" in pasted.json()["errors"]
    assert not Attachment.objects.exists() and Ticket.objects.count() == 1 and not Comment.objects.exists()


def test_good_files_are_served_so_that_they_cannot_run(incident: Ticket, agent: User, client: Client) -> None:
    client.force_login(agent)
    for name, content, in_place in (
        ("photo.png", picture(), True),
        ("log.txt", HTML, False),
        ("evil\u202egnp.txt", b"x", False),
    ):
        answer = client.post("/attachments/", {"file": SimpleUploadedFile(name, content, "text/html")})
        assert answer.status_code == 201, name
        served = client.get(answer.json()["url"])
        assert served.getvalue() == content
        assert served["Content-Disposition"].startswith("inline" if in_place else "attachment")
        assert (
            served["X-Content-Type-Options"] == "nosniff" and "sandbox" in served["Content-Security-Policy"]
        )
        assert "html" not in served["Content-Type"] and "\u202e" not in answer.json()["name"]


HUGE = 100 * 1024 * 1024


class Endless(io.RawIOBase):
    """A file of any size that is never held in memory."""

    name = "huge.log"

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        self.left -= size
        return b"x" * size


def multipart(name: str, size: int) -> tuple[bytes, bytes]:
    """What stands before and after a file of that size in a form."""
    head = f'--walk\r\nContent-Disposition: form-data; name="title"\r\n\r\nBig\r\n--walk\r\nContent-Disposition: form-data; name="{name}"; filename="huge.log"\r\nContent-Type: text/plain\r\n\r\n'
    return head.encode(), b"\r\n--walk--\r\n"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/attachments/", "file"),
        ("/portal/report/", "files"),
        ("/api/v1/tickets/{reference}/attachments/", "files"),
    ],
)
def test_hundred_megabytes_are_refused_naming_the_field(
    address: str, name: str, incident: Ticket, requester: User, client: Client
) -> None:
    client.force_login(requester)
    head, tail = multipart(name, HUGE)
    body = head + b"x" * HUGE + tail
    response = client.generic(
        "POST",
        address.format(reference=incident.reference),
        body,
        content_type="multipart/form-data; boundary=walk",
    )
    assert response.status_code in (413, 422)
    said = response.content.decode()
    assert "huge.log" in said or '"files"' in said
    assert not Attachment.objects.exists() and Ticket.objects.count() == 1


def test_stale_form_is_a_conflict_that_keeps_what_was_typed(
    incident: Ticket, agent: User, lead: User, client: Client
) -> None:
    client.force_login(agent)
    page = client.get(f"{incident.get_absolute_url()}edit/")
    sent = {**as_sent(page.context["form"]), "version": str(page.context["version"]), "title": "My own words"}
    edit(incident, {"title": "Words of another"}, by=lead)
    response = client.post(f"{incident.get_absolute_url()}edit/", sent)
    assert response.status_code == 409 and "My own words" in response.content.decode()
    assert Ticket.objects.get(pk=incident.pk).title == "Words of another"
    again = {**sent, "version": str(response.context["version"])}
    assert client.post(f"{incident.get_absolute_url()}edit/", again).status_code == 302
    assert Ticket.objects.get(pk=incident.pk).title == "My own words"


def test_stale_button_says_so_and_changes_nothing(
    incident: Ticket, agent: User, lead: User, client: Client
) -> None:
    client.force_login(agent)
    edit(incident, {"title": "Words of another"}, by=lead)
    for button in ("take", "make/in_progress"):
        response = client.post(f"{incident.get_absolute_url()}{button}/", {"version": "1"}, follow=True)
        assert [str(message) for message in response.context["messages"]]
        assert Ticket.objects.get(pk=incident.pk).assignee is None


def test_stale_tag_of_the_api_is_412(incident: Ticket, agent: User, lead: User, client: Client) -> None:
    client.force_login(agent)
    edit(incident, {"title": "Words of another"}, by=lead)
    address = f"/api/v1/tickets/{incident.reference}/"
    for path, body in (
        (address, {"title": "Mine"}),
        (f"{address}take/", {}),
        (f"{address}moves/", {"to": "in_progress"}),
    ):
        method = "PATCH" if path == address else "POST"
        response = client.generic(
            method, path, json_of(body), content_type="application/json", headers={"If-Match": '"v1"'}
        )
        assert response.status_code == 412, path
    assert Ticket.objects.get(pk=incident.pk).title == "Words of another"


def json_of(body: dict[str, str]) -> str:
    """A body of the API."""
    return "{" + ", ".join(f'"{name}": "{value}"' for name, value in body.items()) + "}"


def test_forbidden_move_is_not_found_as_a_page_and_refused_as_a_button(
    incident: Ticket, agent: User, client: Client
) -> None:
    client.force_login(agent)
    for to in ("closed", "nonsense"):
        assert client.get(f"{incident.get_absolute_url()}move/{to}/").status_code == 404
        answer = client.post(f"{incident.get_absolute_url()}make/{to}/", follow=True)
        assert [str(message) for message in answer.context["messages"]]
    assert Ticket.objects.get(pk=incident.pk).status == "new"


def test_odd_words_of_a_button_are_never_a_fault(
    incident: Ticket, agent: User, requester: User, client: Client
) -> None:
    written = comment(incident, by=agent, body="Hello")
    own = open_ticket("incident", by=requester, title="Mine")
    client.force_login(agent)
    for odd in ("", "a\x00b", "9" * 40, "-1", "🙂", "x" * 10_000):
        for address, name in (
            (f"{incident.get_absolute_url()}follow/", "person"),
            (f"{incident.get_absolute_url()}unfollow/", "person"),
            (f"{incident.get_absolute_url()}take/", "version"),
            (f"{incident.get_absolute_url()}write/", "kind"),
            (f"/comments/{written.pk}/withdraw/", "x"),
            ("/preview/", "text"),
            ("/theme/", "theme"),
            ("/language/", "language"),
            ("/drafts/a/", "body"),
            (f"/portal/requests/{own.reference}/move/", "verb"),
        ):
            assert client.post(address, {name: odd}).status_code < 500, (address, odd)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "\t//evil.example",
        "javascript:alert(1)",
    ],
)
def test_way_back_is_always_here(target: str, agent: User, client: Client) -> None:
    client.force_login(agent)
    for address in ("/theme/", "/language/"):
        answer = client.post(address, {"theme": "dark", "language": "fr", "next": target})
        assert answer["Location"] == "/", address
    client.logout()
    answer = client.post(
        "/accounts/login/", {"login": agent.email, "password": "correct horse battery staple", "next": target}
    )
    assert "evil" not in answer.headers.get("Location", "") and "script" not in answer.headers.get(
        "Location", ""
    )
