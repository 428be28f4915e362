from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LlmConfig(AppConfig):
    name = "llm"
    verbose_name = _("Knowledge out")

    def ready(self) -> None:
        from governance.uses import told_by
        from llm.uses import tell

        told_by(tell)
