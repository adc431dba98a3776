"""How an endpoint appears in the OpenAPI document: problem answers and headers are written once, here."""

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.api.errors import CONTENT_TYPE


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a program signs in."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """The scheme, for the OpenAPI document."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made under “API tokens” of one's account.",
        }


class FieldErrorSerializer(serializers.Serializer[Any]):
    """One wrong value."""

    field = serializers.CharField(help_text="Dotted path of the field, parameter or header.")
    message = serializers.CharField(help_text="What is wrong, in the language of the request.")


class RefusalSerializer(serializers.Serializer[Any]):
    """Why a request was refused (RFC 9457)."""

    type = serializers.CharField(help_text="A name for the kind of problem, for programs.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The address asked for.")
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]


class Schema(AutoSchema):
    """Adds to each operation what the base viewset does for it."""

    def get_override_parameters(self) -> list[Any]:
        """Headers and the sparse fields, where the view honours them."""
        if not hasattr(self.view, "input_classes"):
            return []
        parameters = []
        if self.method == "GET" and self._action in ("list", "retrieve"):
            parameters.append(_text("fields", "query", "Only these fields, separated by commas."))
        if self.method == "POST":
            parameters.append(_text("Idempotency-Key", "header", "Makes a retry safe for 24 hours."))
        if self.method in ("PATCH", "DELETE"):
            parameters.append(_text("If-Match", "header", "The `ETag` read, to overwrite nothing newer."))
        return parameters

    def get_request_serializer(self) -> Any:
        """The input of the action, from the table of the view."""
        classes = getattr(self.view, "input_classes", None)
        if classes is None:
            return super().get_request_serializer()
        kind = classes.get(self._action)
        return kind(partial=self.method == "PATCH") if kind else None

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._problem_codes():
            bodies.setdefault(code, self._problem(code, direction))
        return bodies

    def _problem(self, code: str, direction: Any) -> Any:
        return self._get_response_for_code(RefusalSerializer, code, [CONTENT_TYPE], direction)  # type: ignore[no-untyped-call]

    @property
    def _action(self) -> str:
        return getattr(self.view, "action", "")

    def _problem_codes(self) -> list[str]:
        codes = ["400", "401", "403", "404", "406", "422", "429", "503"]
        if self.method in ("POST", "PUT", "PATCH"):
            codes += ["409", "413", "415"]
        if self.method in ("PATCH", "PUT", "DELETE", "POST"):
            codes += ["412"]
        return sorted(codes)


def _text(name: str, location: Literal["query", "header"], description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, location, description=description)
