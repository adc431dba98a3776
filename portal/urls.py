"""Addresses of the portal."""

from django.urls import path

from portal import views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("report/", views.Report.as_view(), name="report"),
    path("requests/", views.requests, name="requests"),
    path("requests/<str:reference>/", views.RequestPage.as_view(), name="request"),
    path("requests/<str:reference>/move/", views.RequestMove.as_view(), name="move"),
    path("services/", views.services, name="services"),
]
