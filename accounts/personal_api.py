"""Personal data over HTTP: asked for, fetched, erased."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, permissions
from accounts.models import PersonalExport, User
from core.api.pagination import listed
from core.api.serializers import OutputModelSerializer, OutputSerializer, write


class PersonalExportSerializer(OutputModelSerializer):
    """An export of a person's data."""

    id = serializers.CharField(source="token")

    class Meta:
        model = PersonalExport
        fields = ("id", "state", "asked_at", "expires_at", "size")


class EffectSerializer(OutputSerializer):
    """One thing that erasing does, and to how many rows."""

    what = serializers.CharField()
    count = serializers.IntegerField()


class ErasureSerializer(OutputSerializer):
    """What erasing would do, and what speaks against it now."""

    objections = serializers.ListField(child=serializers.CharField())
    effects = EffectSerializer(many=True)


class ErasureInput(serializers.Serializer[Any]):
    """The address of the person, to confirm."""

    confirmation = serializers.CharField(max_length=254)


class AskInput(serializers.Serializer[Any]):
    """Nothing is read."""


PERSONAL_INPUTS = {"exports": AskInput, "erasure": ErasureInput}


class PersonalDataActs:
    """Acts of the endpoint of people: one's own data, or those of people whose data one may handle."""

    request: Any
    get_object: Any
    read_input: Any

    @extend_schema(methods=["GET"], request=None, responses=PersonalExportSerializer(many=True))
    @extend_schema(methods=["POST"], request=AskInput, responses={201: PersonalExportSerializer})
    @action(detail=True, methods=["get", "post"], filterset_class=None)
    def exports(self, request: Request, **kwargs: Any) -> Response:
        """The exports one asked for; POST asks a worker for another."""
        person, by = self._concerned()
        if request.method == "POST":
            self.read_input()
            asked = actions.ask_export(person, by=by)
            return Response(write(PersonalExportSerializer, asked), status=status.HTTP_201_CREATED)
        rows = PersonalExport.objects.filter(user=person, asked_by=by)[:10]
        return listed([write(PersonalExportSerializer, row) for row in rows])

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, url_path="exports/(?P<token>[0-9a-f-]{36})", filterset_class=None)
    def export_content(self, request: Request, token: str, **kwargs: Any) -> Any:
        """The ZIP, while it is kept."""
        rows = PersonalExport.objects.select_related("user", "asked_by").filter(user=self.get_object())
        export = get_object_or_404(rows, token=token, asked_by_id=request.user.pk)
        if not export.is_ready(timezone.now()):
            raise Http404
        try:
            content = export.file.open("rb")
        except OSError as error:
            raise Http404 from error
        actions.note_fetched(export, by=export.user if export.asked_by is None else export.asked_by)
        return FileResponse(
            content, as_attachment=True, filename="export.zip", content_type="application/zip"
        )

    @extend_schema(methods=["GET"], request=None, responses=ErasureSerializer)
    @extend_schema(methods=["POST"], request=ErasureInput, responses={204: None})
    @action(detail=True, methods=["get", "post"], filterset_class=None)
    def erasure(self, request: Request, **kwargs: Any) -> Response:
        """What erasing the person would do; POST with the person's address does it, for good."""
        person, by = self._concerned()
        if not by.has_perm(permissions.PERSONAL_DATA, person):
            raise PermissionDenied
        if request.method == "POST":
            actions.erase_person(person, by=by, confirmation=self.read_input()["confirmation"])
            return Response(status=status.HTTP_204_NO_CONTENT)
        effects = [
            {"what": str(words), "count": count} for words, count in actions.effects_of_erasing(person)
        ]
        return Response({"objections": actions.objections_to_erasing(person, by=by), "effects": effects})

    def _concerned(self) -> tuple[User, User]:
        """The person of the address, and who asks: oneself, or with the right over that person."""
        person: User = self.get_object()
        by = self.request.user
        if not isinstance(by, User) or (
            by.pk != person.pk and not by.has_perm(permissions.PERSONAL_DATA, person)
        ):
            raise PermissionDenied
        return person, by
