"""The admin: two lines beyond Django's own."""

from django.contrib import admin

from council.models import Child
from ehcp_flow.contrib.django.admin import CaseAdminMixin


@admin.register(Child)
class ChildAdmin(CaseAdminMixin, admin.ModelAdmin):
    """Children, each with state, buttons, deadlines and timeline."""

    list_display = ("case_id", "officer")
    search_fields = ("case_id",)
