"""The portal's addresses and the empty page."""

from django.urls import path

from bench.views import empty
from itsm.urls import handler500, urlpatterns as product

urlpatterns = [path("bench/empty/", empty), *product]

__all__ = ["handler500", "urlpatterns"]
