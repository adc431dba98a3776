"""Sign-in, second factors and sessions by django-allauth, without the pages that have no use here.

Addresses are set by whoever manages people, and accounts are made by invitation only.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path


@login_not_required
def closed(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """A page of django-allauth that this portal does not offer."""
    raise Http404


urlpatterns = [
    path("email/", closed),
    path("signup/", closed),
    path("confirm-email/", closed),
    path("confirm-email/<str:key>/", closed),
    path("", include("allauth.urls")),
]
