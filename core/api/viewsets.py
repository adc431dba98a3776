"""The endpoint of a noun: its rows through `visible_to`, its filters those of the page, its acts those of the page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils import translation
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core.api import etags
from core.api.filtering import AskedFilters
from core.api.idempotency import answered_once
from core.api.serializers import OutputSerializer, chosen_fields, write
from core.db import locked


class Resource(GenericViewSet[Any]):
    """List and show rows; a subclass adds acts, each a method that reads the input, calls the action and answers.

    `serializer_class` describes the answer, `input_classes` what each act reads. Every POST honours
    `Idempotency-Key`.
    """

    serializer_class: type[OutputSerializer]
    input_classes: ClassVar[Mapping[str, type[serializers.BaseSerializer[Any]]]] = {}
    filter_backends: Sequence[Any] = [AskedFilters]
    ordering = "id"
    ordering_fields: Mapping[str, str] = {"id": "pk"}
    http_method_names = ["get", "head", "options", "post", "patch", "delete"]
    post: Callable[..., Response]

    def get_queryset(self) -> models.QuerySet[Any]:
        """The rows the person may see."""
        queryset = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset.none()
        # The words of the set-up are everybody's.
        visible: models.QuerySet[Any] = (
            queryset.visible_to(self.request.user) if hasattr(queryset, "visible_to") else queryset
        )
        return visible

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of rows."""
        return self.page(self.filter_queryset(self.get_queryset()), self.serializer_class)

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One row, with its version in `ETag`; 304 where the caller holds it already."""
        row = self.get_object()
        tag = self.tag(row)
        if etags.is_known(request, tag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        return self.respond(row)

    def tag(self, row: Any) -> str:
        """The `ETag` of a row: its version, or where it counts none a digest of what is said of it."""
        version = getattr(row, "version", None)
        return etags.tag(version) if version is not None else etags.digest(write(self.serializer_class, row))

    def as_read(self) -> Any:
        """The row of the address, locked, for models that count no versions.

        Raises `StaleVersion` where it is no longer what the caller read.
        """
        row = self.get_object()
        if self.request.headers.get("If-Match"):
            list(locked(type(row)._default_manager.filter(pk=row.pk)))
            row = self.get_object()
            etags.require(self.request, self.tag(row))
        return row

    def page(self, queryset: models.QuerySet[Any], kind: type[OutputSerializer]) -> Response:
        """One page of the rows, written as `kind`."""
        only = chosen_fields(kind, self.request)
        rows = self.paginate_queryset(queryset) or []
        return self.get_paginated_response([write(kind, row, only) for row in rows])

    def respond(
        self, row: Any, code: int = status.HTTP_200_OK, *, headers: Mapping[str, str] | None = None
    ) -> Response:
        """One row written as the answer."""
        only = chosen_fields(self.serializer_class, self.request)
        data = write(self.serializer_class, row)
        version = getattr(row, "version", None)
        tag = etags.digest(data) if version is None else etags.tag(version)
        told = data if only is None else {name: data[name] for name in only}
        return Response(told, status=code, headers={"ETag": tag, **(headers or {})})

    def read_input(self) -> dict[str, Any]:
        """The checked input of the act under way; raises `ValidationError` naming each field."""
        kind = self.input_classes[self.action]
        serializer = kind(
            data=self.request.data,
            partial=self.action == "partial_update",
            context=self.get_serializer_context(),
        )
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data

    def perform_authentication(self, request: Request) -> None:
        """Find the person, then speak their language: a token is only known here, after the middleware."""
        super().perform_authentication(request)
        if language := getattr(request.user, "language", ""):
            translation.activate(language)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The checks before an act; DRF looks its handler up right after them."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and hasattr(self, "post"):
            self.post = answered_once(request, self.post)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Add the standing against the limits; private answers are kept by nobody on the way."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if standing := getattr(request, "standing", None):
            for name, value in standing.headers().items():
                response.headers[name] = value
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers["Content-Language"] = translation.get_language() or ""
        return response
