from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal import celery, composition  # noqa: F401 (every process that enqueues needs the application)

        autodiscover_modules("tasks")
        composition.install()
