"""A mixin for the admin of a host's model that has a case: its state, buttons, deadlines and timeline, and a form."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from ehcp_flow import dates
from ehcp_flow.contrib.django.forms import FactForm, label_of, move_key
from ehcp_flow.contrib.django.stores import held_case
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.states import allowed, state

__all__ = ["CaseAdminMixin"]


class CaseAdminMixin(admin.ModelAdmin):
    """Put it before `admin.ModelAdmin`. `case_id_of` says which case an object is about: its `case_id`.

    Whoever may change the object may record a fact of its case; whoever may view it sees what is recorded.
    """

    change_form_template = "ehcp_flow/case.html"
    fact_form_template = "ehcp_flow/fact.html"

    def case_id_of(self, obj: Any) -> str:
        """Return the id of the case that an object of the host is about."""
        return str(obj.case_id)

    def get_urls(self) -> list[Any]:
        """Add the page of one new fact."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_fact"
        return [
            path("<path:object_id>/fact/", self.admin_site.admin_view(self.fact_view), name=name),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the object with its case."""
        obj = self.get_object(request, object_id)
        shown = {} if obj is None else self.case_context(obj)
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def case_context(self, obj: Any) -> dict[str, Any]:
        """Return what the template shows of the case."""
        case, _ = held_case(self.case_id_of(obj))
        today = dates.today()
        verdicts = allowed(case, today)
        return {
            "ehcp_case": case,
            "ehcp_state": state(case, today),
            "ehcp_deadlines": deadlines_of(case, today),
            "ehcp_moves": [(move_key(v.event, v.outcome), label_of(v.event, v.outcome)) for v in verdicts if v.allowed],
            "ehcp_refused": [(label_of(v.event, v.outcome), v.refusals) for v in verdicts if not v.allowed],
            "ehcp_timeline": [(fact, label_of(fact.event, getattr(fact, "outcome", None))) for fact in case.facts],
        }

    def fact_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record one fact of the case: a refused one is shown again with the reasons."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404(f"there is no {self.opts.verbose_name} {object_id}")
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        case, seen = held_case(self.case_id_of(obj))
        form = FactForm(request.POST or None, case=case, seen=seen, initial={"move": request.GET.get("move")})
        if request.method == "POST" and form.is_valid():
            try:
                done = form.save(recorded_by=request.user.get_username())
            except EhcpFlowError as error:
                form.add_error(None, str(error))
            else:
                said = f"{label_of(done.fact.event, None)} on {dates.written(done.fact.on)}"
                self.log_change(request, obj, f"Recorded {said}.")
                messages.success(request, f"Recorded: {said}.")
                named = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
                return HttpResponseRedirect(reverse(named, args=[obj.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts, "original": obj, "form": form, "title": f"Record a fact of {case.case_id}",
            "refused": [(label_of(v.event, v.outcome), v.refusals) for v in form.refused],
        }  # fmt: skip
        return TemplateResponse(request, self.fact_form_template, context)
