from django.apps import AppConfig
from django.utils.translation import gettext


class CoreConfig(AppConfig):
    name = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import wording

        wording.translate_with(gettext)
