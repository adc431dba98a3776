"""Files over the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.api.conftest import Client, fields_of
from tickets.models import Attachment, Ticket


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def send(client: APIClient, ticket: Ticket, name: str, content: bytes, **fields: Any) -> Any:
    files = SimpleUploadedFile(name, content)
    return client.post(
        f"/api/v1/tickets/{ticket.reference}/attachments/", {"files": [files], **fields}, format="multipart"
    )


def content_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_file_is_sent_listed_and_downloaded(
    client_of: Client, requester: User, agent: User, outsider: User, incident: Ticket
) -> None:
    made = send(client_of(requester), incident, "../log.txt", b"hello")
    assert made.status_code == 201, made.content
    file = made.json()["results"][0]
    assert (file["name"], file["size"], file["is_public"]) == ("log.txt", 5, True)
    listed = client_of(agent).get(f"/api/v1/tickets/{incident.reference}/attachments/").json()["results"]
    assert [row["id"] for row in listed] == [file["id"]]
    response = client_of(agent).get(file["url"], HTTP_ACCEPT="image/png")
    assert content_of(response) == b"hello"
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert client_of(outsider).get(file["url"]).status_code == 404
    assert APIClient().get(file["url"]).status_code == 401


def test_a_file_of_a_note_stays_inside(
    client_of: Client, requester: User, agent: User, incident: Ticket
) -> None:
    file = send(client_of(agent), incident, "log.txt", b"inside", public="false").json()["results"][0]
    client = client_of(requester)
    assert client.get(f"/api/v1/tickets/{incident.reference}/attachments/").json()["results"] == []
    assert client.get(file["url"]).status_code == 404
    assert send(client, incident, "log.txt", b"x", public="false").status_code == 403


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"<html><script>alert(1)</script>"),
        ("a.html", b"<p>"),
        ("a.exe", b"MZ"),
        ("a.txt", b""),
        ("a.txt", b"MZ\x90"),
    ],
)
def test_a_file_that_is_not_accepted_is_named(
    client_of: Client, requester: User, incident: Ticket, name: str, content: bytes
) -> None:
    response = send(client_of(requester), incident, name, content)
    assert response.status_code == 422
    assert fields_of(response) == {"files"}
    assert not Attachment.objects.exists()


@override_settings(ATTACHMENT_MAX_BYTES=1024 * 1024)
def test_a_huge_file_is_refused_before_it_is_read(
    client_of: Client, requester: User, incident: Ticket
) -> None:
    assert fields_of(send(client_of(requester), incident, "a.txt", b"x" * 1_500_000)) == {"files"}
    assert fields_of(send(client_of(requester), incident, "a.txt", b"x" * 4_000_000)) == {"files"}


@pytest.mark.parametrize(
    "body",
    [b"", b"--x", b"--b\r\n\r\n", b"--b\r\nContent-Disposition: form-data; name=files\r\n\r\nx\r\n--b--"],
)
def test_a_broken_form_is_never_a_fault(
    client_of: Client, requester: User, incident: Ticket, body: bytes
) -> None:
    path = f"/api/v1/tickets/{incident.reference}/attachments/"
    for content_type in (
        "multipart/form-data; boundary=b",
        "multipart/form-data",
        "multipart/form-data; boundary=é",
    ):
        response = client_of(requester).generic("POST", path, body.decode(), content_type=content_type)
        assert response.status_code in (400, 422), response.content


def test_a_file_sent_again_with_its_key_is_kept_once(
    client_of: Client, requester: User, incident: Ticket
) -> None:
    secret = client_of(requester)
    for _ in range(2):
        files = SimpleUploadedFile("log.txt", b"hello")
        path = f"/api/v1/tickets/{incident.reference}/attachments/"
        response = secret.post(path, {"files": [files]}, format="multipart", HTTP_IDEMPOTENCY_KEY="f")
        assert response.status_code == 201, response.content
    assert Attachment.objects.count() == 1
