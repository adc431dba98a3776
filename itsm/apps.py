from django.apps import AppConfig


class ItsmConfig(AppConfig):
    name = "itsm"
    verbose_name = "Vigie"

    def ready(self) -> None:
        """Have the checks of the whole registered."""
        from itsm import checks  # noqa: F401, PLC0415 - the import registers them
