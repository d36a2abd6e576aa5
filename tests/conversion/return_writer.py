"""Writes a made-up caseload as a SEN2 return, in each of its forms, and as a sheet of one row a child.

It is written from the specification's words and shares nothing with the reader: no name of an item comes from its data.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl  # type: ignore[import-untyped,unused-ignore]

from ehcp_flow.case import Case

Rows = list[dict[str, str]]

PARTIES = {"parent": "1", "young_person": "1", "school": "2", "post16": "2", "health": "3", "social_care": "4"}
REVIEWS = {"maintain": "M", "amend": "A", "cease": "C"}
ORDER = {
    "Requests": "ReceivedDate RequestSource RYA RequestOutcomeDate RequestOutcome RequestMediation RequestTribunal "
    "Exported",
    "Assessment": "AssessmentOutcome AssessmentOutcomeDate AssessmentMediation AssessmentTribunal OtherMediation "
    "OtherTribunal Week20",
    "NamedPlan": "StartDate PlanRes PlanWBP PB OA DP CeaseDate CeaseReason",
    "ActivePlans": "TransferLA ReviewMeeting ReviewOutcome ReviewDraft PhaseTransferDueDate PhaseTransferFinalDate "
    "LastReview",
    "PlanDetail": "URN UKPRN SENSetting SENSettingOther PlacementRank SENunitIndicator ResourcedProvisionIndicator",
    "PlacementDetail": "URN UKPRN SENSetting SENSettingOther PlacementRank EntryDate LeavingDate SENunitIndicator "
    "ResourcedProvisionIndicator Res WBP",
    "SENneed": "SENtype SENtypeRank",
}


def told_by_a_return(cases: Iterable[Case], year: int) -> list[dict[str, Any]]:
    """What a return of `year` says of the cases of one request each, activity of the year before it."""
    last = dt.date(year - 1, 12, 31)
    first = dt.date(year - 1, 1, 1)
    found = []
    for number, case in enumerate(cases, 1):
        by: dict[str, list[Any]] = {}
        for fact in case.facts:
            if fact.on <= last:
                by.setdefault(fact.event, []).append(fact)
        if len(by.get("request_received", ())) == 1:
            found.append({"UPN": f"T{number:012d}", "Case": case} | _told(case, by, first, last))
    return found


def _told(case: Case, by: Mapping[str, list[Any]], first: dt.date, last: dt.date) -> dict[str, Any]:
    def day(*events: str, at: int = 0) -> dt.date | None:
        return next((by[event][at].on for event in events if event in by), None)

    request = by["request_received"][0]
    told: dict[str, Any] = {"Requests": {"ReceivedDate": str(request.on), "RYA": "0"}}
    if request.party in PARTIES:
        told["Requests"]["RequestSource"] = PARTIES[request.party]
    gone = "W" if "request_withdrawn" in by else "A"
    outcome = "Y" if "assessment_agreed" in by else "N" if "assessment_refused" in by else gone
    _answer(told["Requests"], "Request", outcome, day("assessment_agreed", "assessment_refused"), first)
    if "assessment_agreed" not in by:
        return told
    issued = day("final_plan_sent")
    outcome = "Y" if issued or "plan_agreed" in by else "N" if "plan_refused" in by else gone
    told["Assessment"] = {"Week20": str(int("exception_recorded" in by))}
    _answer(told["Assessment"], "Assessment", outcome, issued or day("plan_refused"), first)
    if issued is None:
        return told
    told["NamedPlan"] = {"StartDate": str(issued)}
    if "plan_ceased" in by:
        told["NamedPlan"] |= {"CeaseDate": str(day("plan_ceased")), "CeaseReason": "2"}
    return told | _active(case, by, issued, last)


def _answer(row: dict[str, str], of: str, outcome: str, day: dt.date | None, first: dt.date) -> None:
    """An outcome, and its day where it is of the year; of an earlier one it is H and has none."""
    row[f"{of}Outcome"] = "H" if day is not None and day < first else outcome
    if day is not None and day >= first:
        row[f"{of}OutcomeDate"] = str(day)


def _active(case: Case, by: Mapping[str, list[Any]], issued: dt.date, last: dt.date) -> dict[str, Any]:
    told: dict[str, Any] = {"ActivePlans": {}}
    if "review_meeting_held" in by:
        told["ActivePlans"]["ReviewMeeting"] = str(by["review_meeting_held"][-1].on)
    if "review_decision_sent" in by:
        decision = by["review_decision_sent"][-1]
        told["ActivePlans"] |= {"LastReview": str(decision.on), "ReviewOutcome": REVIEWS[decision.outcome]}
    need, placed = case.particular("need", last), case.particular("placement", last)
    if need:
        told["SENneed"] = [{"SENtype": need, "SENtypeRank": "1"}]
    told["PlanDetail"] = [{"SENSetting": "OTH", "SENSettingOther": "a type of setting", "PlacementRank": "1"}]
    place = {"URN": placed} if placed is not None and placed.isdecimal() else {"SENSetting": "NEET"}
    told["PlacementDetail"] = [place | {"PlacementRank": "1", "EntryDate": str(issued)}]
    return told


def as_xml(told: Sequence[Mapping[str, Any]], year: int, *, authority: str = "885") -> bytes:
    """The return in XML, with the elements in the order of the specification."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<Message><Header><CollectionDetails><Collection>SEN2</Collection><Year>{year}</Year>",
        f"<ReferenceDate>{year}-01-15</ReferenceDate></CollectionDetails><Source><SourceLevel>L</SourceLevel>",
        f"<LEA>{authority}</LEA><DMO>Y</DMO><DCO>Y</DCO><DSCO>Y</DSCO></Source></Header>",
        "<Persons>",
    ]
    for case in told:
        lines.append(
            f"<Person><Surname>M\N{LATIN SMALL LETTER O WITH DIAERESIS}ller &amp; Co</Surname><UPN>{case['UPN']}</UPN>"
        )
        lines.append("<Requests>" + _items(case["Requests"], "Requests"))
        if "Assessment" in case:
            lines.append("<Assessment>" + _items(case["Assessment"], "Assessment"))
            if "NamedPlan" in case:
                plan = case["NamedPlan"]
                lines.append(f"<NamedPlan><StartDate>{plan['StartDate']}</StartDate>")
                lines += [_whole("PlanDetail", row) for row in case["PlanDetail"]]
                lines.append(_items({key: text for key, text in plan.items() if key != "StartDate"}, "NamedPlan"))
                lines.append("</NamedPlan>")
            lines.append("</Assessment>")
        if "ActivePlans" in case:
            lines.append("<ActivePlans>")
            lines += [_whole("PlacementDetail", row) for row in case["PlacementDetail"]]
            lines += [_whole("SENneed", row) for row in case.get("SENneed", ())]
            lines.append(_items(case["ActivePlans"], "ActivePlans") + "</ActivePlans>")
        lines.append("</Requests></Person>")
    return "\n".join([*lines, "</Persons></Message>", ""]).encode()


def _items(values: Mapping[str, str], element: str) -> str:
    order = ORDER[element].split()
    assert set(values) <= set(order)
    return "".join(f"<{name}>{escape(values[name])}</{name}>" for name in order if name in values)


def _whole(element: str, values: Mapping[str, str]) -> str:
    return f"<{element}>{_items(values, element)}</{element}>"


BLADE_PARENTS = {
    "person": "sen2",
    "requests": "person",
    "assessment": "requests",
    "namedplan": "assessment",
    "plandetail": "namedplan",
    "activeplans": "requests",
    "placementdetail": "activeplans",
    "senneed": "activeplans",
}
BLADE_ITEMS = {
    "person": "surname forename personbirthdate upn uniquelearnernumber upnunknown",
    "requests": ORDER["Requests"].lower(),
    "assessment": ORDER["Assessment"].lower(),
    "namedplan": ORDER["NamedPlan"].lower(),
    "plandetail": ORDER["PlanDetail"].lower(),
    "activeplans": ORDER["ActivePlans"].lower(),
    "placementdetail": ORDER["PlacementDetail"].lower(),
    "senneed": ORDER["SENneed"].lower(),
}


def as_blade(told: Sequence[Mapping[str, Any]], year: int, folder: Path, *, authority: str = "885") -> Path:
    """The nine files that COLLECT exports, each row with its own id and that of the row above."""
    tables: dict[str, Rows] = {name: [] for name in BLADE_PARENTS}
    ids = dict.fromkeys(BLADE_PARENTS, 0) | {"sen2": 1}

    def put(table: str, values: Mapping[str, str]) -> None:
        ids[table] += 1
        parent = BLADE_PARENTS[table]
        row = {
            f"{table}tableid": str(ids[table]),
            "NativeId": authority,
            f"{table}orderseqcolumn": "1",
            "sourceid": "1",
        }
        row[f"{parent}tableid"] = str(ids[parent])
        tables[table].append(row | {name.lower(): _blade(text) for name, text in values.items()})

    for case in told:
        put("person", {"surname": "A name", "upn": case["UPN"]})
        put("requests", case["Requests"])
        if "Assessment" in case:
            put("assessment", case["Assessment"])
        if "NamedPlan" in case:
            put("namedplan", case["NamedPlan"])
            for row in case["PlanDetail"]:
                put("plandetail", row)
            put("activeplans", case["ActivePlans"])
            for table, element in (("placementdetail", "PlacementDetail"), ("senneed", "SENneed")):
                for row in case.get(element, ()):
                    put(table, row)
    folder.mkdir()
    header = {
        "sen2tableid": "1",
        "NativeId": authority,
        "collection": "SEN2",
        "year": str(year),
        "referencedate": _blade(f"{year}-01-15"),
        "lea": authority,
        "dmo": "Y",
        "dco": "Y",
    }
    (folder / "Blade-Export_01-02-2026_sen2.csv").write_text(_csv([header], list(header)))
    for table, rows in tables.items():
        keys = [f"{table}tableid", "NativeId", *BLADE_ITEMS[table].split(), f"{table}orderseqcolumn", "sourceid"]
        keys.append(f"{BLADE_PARENTS[table]}tableid")
        (folder / f"Blade-Export_01-02-2026_{table}.csv").write_text(_csv(rows, keys))
    return folder


def _blade(text: str) -> str:
    try:
        return f"{dt.date.fromisoformat(text):%Y-%b-%d} 00:00:00"
    except ValueError:
        return text


def _csv(rows: Rows, headings: Sequence[str]) -> str:
    text = io.StringIO()
    out = csv.DictWriter(text, headings, restval="")
    out.writeheader()
    out.writerows(rows)
    return text.getvalue()


TEMPLATE = (
    (
        "Header Record",
        {"Collection Name": "Collection", "Year": "Year", "Reference Date": "ReferenceDate", "LA Number": "LEA"},
    ),
    (
        "Person Record",
        {"Surname": "Surname", "Date of Birth \n(ccyy-mm-dd)": "Birth", "UPN - Unique Pupil Number": "UPN"},
    ),
    (
        "Requests Records",
        {
            "Date request was received": "ReceivedDate",
            "Source of request for an EHC needs assessment": "RequestSource",
            "Initial Request Whilst In RYA": "RYA",
            "Request Outcome Date": "RequestOutcomeDate",
            "Request Outcome": "RequestOutcome",
        },
    ),
    (
        "Assessments Records",
        {
            "Assessment Outcome - Decision to issue EHC plan": "AssessmentOutcome",
            "Assessment Outcome Date": "AssessmentOutcomeDate",
            "Twenty week time limit exceptions apply": "Week20",
        },
    ),
    (
        "Named Plan Records",
        {
            "EHC Plan Start Date": "StartDate",
            "Date EHC plan ceased": "CeaseDate",
            "Reason EHC plan ceased": "CeaseReason",
        },
    ),
    (
        "Plan Detail Records",
        {
            "URN - Unique Reference Number": "URN",
            "SEN Setting \N{EN DASH} Establishment type": "SENSetting",
            "SEN Setting - Other": "SENSettingOther",
            "Placement Rank (1=Primary, 2=Secondary)": "PlacementRank",
        },
    ),
    (
        "Active Plan Records",
        {
            "Annual Review Meeting Date": "ReviewMeeting",
            "Annual Review Decision": "ReviewOutcome",
            "EHC Plan Review Decisions Date": "LastReview",
        },
    ),
    (
        "Placement Detail Records",
        {
            "URN - Unique Reference Number": "URN",
            "SEN Setting \N{EN DASH} Establishment type": "SENSetting",
            "Placement Rank (1=Primary, 2=Secondary)": "PlacementRank",
            "Placement Start Date": "EntryDate",
        },
    ),
    (
        "SEN Need Records",
        {"SEN Type of Need": "SENtype", "SEN Type of Need rank  (1=Primary, 2=Secondary)": "SENtypeRank"},
    ),
)
ELEMENT_OF = {
    "Requests Records": "Requests",
    "Assessments Records": "Assessment",
    "Named Plan Records": "NamedPlan",
    "Plan Detail Records": "PlanDetail",
    "Active Plan Records": "ActivePlans",
    "Placement Detail Records": "PlacementDetail",
    "SEN Need Records": "SENneed",
}
FLAGS = ("RYA", "Week20")


def as_template(told: Sequence[Mapping[str, Any]], year: int, path: Path, *, authority: str = "885") -> Path:
    """The Department's Excel template: nine tables one under another on a sheet, three empty rows between them."""
    book = openpyxl.Workbook()
    book.active.title = "Guidance"
    sheet = book.create_sheet("Data Entry Template")
    for title, headings in TEMPLATE:
        sheet.append([title])
        keys = [] if title == "Header Record" else ["Person ID\n\n(This must be a unique ID for each Person record)"]
        if title in ELEMENT_OF:
            keys.append("Requests record ID\n\n(This must match the relevant ID in the Requests table)")
        sheet.append(["Record Type", "LA\n(From Header Record)"[: 30 * (title != "Header Record")], *keys, *headings])
        if title == "Header Record":
            values = {"Collection": "SEN2", "Year": year, "ReferenceDate": f"{year}-01-15", "LEA": int(authority)}
            sheet.append(["0", None, *(values[name] for name in headings.values())])
        for number, case in enumerate(told, 1):
            if title == "Person Record":
                sheet.append(["1", authority, float(number), "Name", dt.date(2012, 3, 4), case["UPN"]])
            found = case.get(ELEMENT_OF.get(title, ""), [])
            for row in found if isinstance(found, list) else [found]:
                cells = [_cell(name, row.get(name)) for name in headings.values()]
                sheet.append(["2", authority, float(number), float(number), *cells])
        for _ in range(3):
            sheet.append([])
    book.save(path)
    return path


def _cell(name: str, text: str | None) -> Any:
    if text is None:
        return None
    if name in FLAGS:
        return float(text)
    if name.endswith("Date") or name in {"ReviewMeeting", "LastReview"}:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time())
    return int(text) if text.isdecimal() else text


D2I = {
    "module1": ("Person", {"Surname": "Surname", "Dob (ccyy-mm-dd)": "Birth", "UPN - Unique Pupil Number": "UPN"}),
    "module2": (
        "Requests",
        {
            "Date Request Was Received": "ReceivedDate",
            "Initial Request Whilst In RYA": "RYA",
            "Request Outcome Date": "RequestOutcomeDate",
            "Request Outcome": "RequestOutcome",
        },
    ),
    "module3": (
        "Assessment",
        {
            "Assessment Outcome To Issue EHCP": "AssessmentOutcome",
            "Assessment Outcome Date": "AssessmentOutcomeDate",
            "Twenty Weeks Time Limit Exceptions Apply": "Week20",
        },
    ),
    "module4": (
        "NamedPlan",
        {
            "EHC Plan Start Date": "StartDate",
            "Worked based learning activity": "PlanWBP",
            "Personal budget taken up": "PB",
            "Date EHC Plan Ceased": "CeaseDate",
            "Reason EHC Plan Ceased": "CeaseReason",
        },
    ),
    "module5": (
        "ActivePlans",
        {
            "EHC Plan (Transfer)": "TransferLA",
            "Residential Settings": "Res",
            "EHCP review decisions date": "LastReview",
        },
    ),
}


def as_d2i(told: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """The five files of the SEND tool, each day written day first, whatever its page says."""
    folder.mkdir()
    for module, (element, headings) in D2I.items():
        request = "Requests Record ID" if module in {"module2", "module3"} else "Request Records ID"
        keys = ["Person ID"] if module == "module1" else ["Person ID", request]
        rows = []
        for number, case in enumerate(told, 1):
            values = {"Surname": "Name", "UPN": case["UPN"]} if element == "Person" else case.get(element)
            if values is not None:
                cells = {heading: _day_first(values.get(name, "")) for heading, name in headings.items()}
                rows.append(dict.fromkeys(keys, str(number)) | cells)
        (folder / f"{module}.csv").write_text(_csv(rows, [*keys, *headings]))
    return folder


def _day_first(text: str) -> str:
    try:
        return f"{dt.date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text


SSD = {
    "ssd_send": ("Person", {"send_upn": "UPN"}),
    "ssd_ehcp_requests": (
        "Requests",
        {
            "ehcr_ehcp_req_date": "ReceivedDate",
            "ehcr_ehcp_req_outcome_date": "RequestOutcomeDate",
            "ehcr_ehcp_req_outcome": "RequestOutcome",
        },
    ),
    "ssd_ehcp_assessment": (
        "Assessment",
        {
            "ehca_ehcp_assessment_outcome_date": "AssessmentOutcomeDate",
            "ehca_ehcp_assessment_outcome": "AssessmentOutcome",
            "ehca_ehcp_assessment_exceptions": "Week20",
        },
    ),
    "ssd_ehcp_named_plan": (
        "NamedPlan",
        {
            "ehcn_named_plan_start_date": "StartDate",
            "ehcn_named_plan_ceased_date": "CeaseDate",
            "ehcn_named_plan_ceased_reason": "CeaseReason",
        },
    ),
    "ssd_ehcp_active_plans": ("ActivePlans", {"ehcp_active_ehcp_last_review_date": "LastReview"}),
    "ssd_sen_need": ("SENneed", {"senn_active_ehcp_need_type": "SENtype", "senn_active_ehcp_need_rank": "SENtypeRank"}),
}
SSD_KEYS = {
    "ssd_send": ("send_table_id", "send_person_id"),
    "ssd_ehcp_requests": ("ehcr_ehcp_request_id", "ehcr_send_table_id"),
    "ssd_ehcp_assessment": ("ehca_ehcp_assessment_id", "ehca_ehcp_request_id"),
    "ssd_ehcp_named_plan": ("ehcn_named_plan_id", "ehcn_ehcp_asmt_id"),
    "ssd_ehcp_active_plans": ("ehcp_active_ehcp_id", "ehcp_ehcp_request_id"),
    "ssd_sen_need": ("senn_table_id", "senn_active_ehcp_id"),
}


def as_ssd(told: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """The dataset's tables, with the times of day that a database has."""
    folder.mkdir()
    for table, (element, headings) in SSD.items():
        own, parent = SSD_KEYS[table]
        rows = []
        for number, case in enumerate(told, 1):
            values = {"UPN": case["UPN"]} if element == "Person" else case.get(element)
            for row in values if isinstance(values, list) else [values] if values is not None else []:
                cells = {heading: row.get(name, "") for heading, name in headings.items()}
                cells = {heading: f"{text} 00:00:00.000" if "-" in text else text for heading, text in cells.items()}
                rows.append({own: str(number), parent: str(number)} | cells)
        (folder / f"{table}.csv").write_text(_csv(rows, [own, parent, *headings]))
    return folder


WIDE = {
    "Received": ("Requests", "ReceivedDate"),
    "Decided": ("Requests", "RequestOutcomeDate"),
    "Outcome": ("Requests", "RequestOutcome"),
    "Plan": ("NamedPlan", "StartDate"),
    "Not issued": ("Assessment", "AssessmentOutcomeDate"),
    "Assessment": ("Assessment", "AssessmentOutcome"),
}
WIDE_FILE = {
    "case_id": "UPN",
    "authority": 885,
    "dates": "iso",
    "records": ["request_received", "assessment_agreed", "assessment_refused", "final_plan_sent"],
    "fact": [
        {"event": "request_received", "on": "Received"},
        {
            "event": {
                "column": "Outcome",
                "values": {"Y": "assessment_agreed", "N": "assessment_refused", "H": "", "A": "", "W": ""},
            },
            "on": "Decided",
        },
        {"event": "final_plan_sent", "on": "Plan"},
    ],
}


def as_sheet(told: Sequence[Mapping[str, Any]]) -> bytes:
    """A sheet of one row a child, of what the return says of requests and plans."""
    rows = [
        {"UPN": case["UPN"]} | {heading: case.get(of, {}).get(item, "") for heading, (of, item) in WIDE.items()}
        for case in told
    ]
    return _csv(rows, ["UPN", *WIDE]).encode()
