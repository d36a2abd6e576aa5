"""The app, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class EhcpFlowConfig(AppConfig):
    """Its label is `ehcp_flow`, its tables begin with `ehcp_`."""

    name = "ehcp_flow.contrib.django"
    label = "ehcp_flow"
    verbose_name = "EHC plans"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read the rulebook, so that its facts are known; what is wrong with it is for the system checks to say."""
        from ehcp_flow.contrib.django.rulebooks import check_rulebook

        check_rulebook()
