from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LlmConfig(AppConfig):
    name = "llm"
    verbose_name = _("Knowledge out")

    def ready(self) -> None:
        from governance import verification
        from governance.triggers import guarded_by
        from governance.uses import told_by
        from llm.training.holding import tell_all
        from llm.triggers import triggers
        from llm.uses import tell
        from llm.verifying_use import verify_use

        tell_all()
        told_by(tell)
        guarded_by(triggers)
        verification.also(verify_use)
