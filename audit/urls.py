"""The trail, `/audit/…`."""

from django.urls import path

from audit import views

app_name = "audit"

urlpatterns = [
    path("", views.Trail.as_view(), name="list"),
    path("<int:pk>/", views.EntryPage.as_view(), name="entry"),
    path("verification/", views.verification, name="verification"),
    path("verification/run/", views.verify, name="verify"),
    path("export/", views.export, name="export"),
]
