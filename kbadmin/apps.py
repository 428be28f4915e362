from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KbadminConfig(AppConfig):
    name = "kbadmin"
    verbose_name = _("Knowledge base")

    def ready(self) -> None:
        from kbadmin import metrics

        metrics.register()
