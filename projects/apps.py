from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        """Declare who plans, follow the moves of tasks, and take a place in the shell and on the ticket page."""
        from projects import effects, permissions, place  # noqa: F401, PLC0415 - listens and declares

        place.register()
