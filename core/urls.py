"""Addresses of the shell."""

from django.urls import path

from core import shell

app_name = "core"

urlpatterns = [
    path("theme/", shell.set_theme, name="theme"),
    path("language/", shell.set_language, name="language"),
    path("preview/", shell.preview, name="preview"),
    path("drafts/<slug:key>/", shell.draft, name="draft"),
]
