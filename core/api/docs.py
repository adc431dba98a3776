"""The OpenAPI document and its viewer."""

from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import Http404
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class SchemaView(SpectacularAPIView):
    """The OpenAPI document."""

    permission_classes = [IsAuthenticated]


class DocsView(SpectacularSwaggerSplitView):
    """The document to be read and tried out."""

    url_name = "api:schema"
    permission_classes = [IsAuthenticated]


class NowhereView(APIView):
    """Any other address below the API: a program gets a problem it can read, not a page."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The usual checks, then nothing found whatever the method."""
        super().initial(request, *args, **kwargs)
        raise Http404

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Never reached."""
        raise Http404


# The viewer writes styles into the page, which no page of ours does.
docs = login_required(csp_update({"style-src": ["'unsafe-inline'"]})(DocsView.as_view()))
