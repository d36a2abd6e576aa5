"""Two admin sites, for a test: the council's, and another with a model whose key is text."""

from django.contrib import admin
from django.contrib.sessions.models import Session
from django.urls import path

from ehcp_flow.contrib.django.admin import CaseAdminMixin


class SessionAdmin(CaseAdminMixin, admin.ModelAdmin):
    """Any model with a case will do."""

    def case_id_of(self, obj: Session) -> str:
        """Return its key."""
        return obj.session_key


other = admin.AdminSite(name="other")
other.register(Session, SessionAdmin)
urlpatterns = [path("other/", other.urls), path("", admin.site.urls)]
