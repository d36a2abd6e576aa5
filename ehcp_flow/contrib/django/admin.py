"""A mixin for the admin of a host's model that has a case: its state, buttons, deadlines and timeline, and a form."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.contrib.django.forms import FactForm, move_key, told_reasons
from ehcp_flow.contrib.django.rulebooks import rulebook_in_use
from ehcp_flow.contrib.django.stores import case_or_new
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import CorrectionError, EhcpFlowError
from ehcp_flow.facts import Fact, ParticularRecorded, title_of
from ehcp_flow.states import MoveVerdict, allowed, state

__all__ = ["CaseAdminMixin"]


class CaseAdminMixin(admin.ModelAdmin):
    """Put it before `admin.ModelAdmin`. `case_id_of` says which case an object is about: its `case_id`.

    Whoever may change the object may record a fact of its case, and correct one; whoever may view it sees what is
    recorded. `authority_of` says of which authority alone a user sees and records cases.
    """

    change_form_template = "ehcp_flow/case.html"
    fact_form_template = "ehcp_flow/fact.html"

    def case_id_of(self, obj: Any) -> str:
        """Return the id of the case that an object of the host is about."""
        return str(obj.case_id)

    def authority_of(self, request: HttpRequest) -> str | None:
        """Return the number of the one authority for which the user works; None: of whichever a case is."""
        return None

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
        obj = self.get_object(request, unquote(object_id))
        shown = {} if obj is None else self.case_context(request, obj)
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def case_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the template shows of the case."""
        case = case_or_new(self.case_id_of(obj), authority=self.authority_of(request)).case
        today, rulebook = dates.today(), rulebook_in_use()
        verdicts = allowed(case, today, rulebook=rulebook)
        return {
            "ehcp_case": case,
            "ehcp_state": state(case, today, rulebook=rulebook),
            "ehcp_deadlines": deadlines_of(case, today, rulebook=rulebook),
            "ehcp_moves": [(move_key(v.event, v.outcome), v.title) for v in verdicts if v.allowed],
            "ehcp_refused": _refused(verdicts),
            "ehcp_timeline": _timeline(case),
            "ehcp_corrections": [(_said(done.corrected), done, _said(done.by)) for done in case.corrections],
        }

    def fact_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record one fact of the case, or correct one: a refused one is shown again with the reasons."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404(f"there is no {self.opts.verbose_name} {unquote(object_id)}")
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        authority = self.authority_of(request)
        held = case_or_new(self.case_id_of(obj), authority=authority)
        asked = {"move": request.GET.get("move"), "corrects": request.GET.get("corrects")}
        try:
            form = FactForm(request.POST or None, case=held.case, seen=held.version, **asked)
        except CorrectionError as error:
            raise Http404(str(error)) from error
        if request.method == "POST" and form.is_valid():
            try:
                done = form.save(recorded_by=request.user.get_username(), authority=authority)
            except EhcpFlowError as error:
                form.add_error(None, str(error))
            else:
                said = _said(done.fact) if form.corrected is None else f"correction of {_said(form.corrected)}"
                self.log_change(request, obj, f"Recorded {said}.")
                messages.success(request, f"Recorded: {said}.")
                named = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
                return HttpResponseRedirect(reverse(named, args=[quote(obj.pk)]))
        corrected = form.corrected
        title = f"Record a fact of {held.case.case_id}" if corrected is None else f"Correct: {_said(corrected)}"
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts, "original": obj, "form": form, "title": title, "refused": _refused(form.refused),
        }  # fmt: skip
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.fact_form_template, context)


def _refused(verdicts: Iterable[MoveVerdict]) -> list[tuple[str, str]]:
    """Return what may not be recorded today, with the reasons."""
    return [(each.title, "; ".join(told_reasons(each.refusals))) for each in verdicts if not each.allowed]


def _timeline(case: Case) -> list[tuple[Fact, str, str]]:
    """Return what stands, acts and particulars, by the day, each as it was recorded, with its day and what it says."""
    recorded = case.as_recorded()
    standing = sorted((*case.facts, *case.particulars), key=attrgetter("on"))
    facts = (recorded.get(id(fact), fact) for fact in standing)
    return [(fact, dates.written(fact.on), _title(fact)) for fact in facts]


def _title(fact: Fact) -> str:
    title = title_of(fact.event, getattr(fact, "outcome", None))
    return f"{title}: {fact.particular} {fact.value}" if isinstance(fact, ParticularRecorded) else title


def _said(fact: Fact) -> str:
    return f"{_title(fact)} on {dates.written(fact.on)}"
