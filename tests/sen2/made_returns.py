"""Returns written by hand, without a fault: what a planted fault is planted in."""

from __future__ import annotations

import io

from ehcp_flow.conversion import ReturnColumns, ReturnRecords, read_return
from ehcp_flow.sen2 import check_return

PLAN = """<Person>
<Surname>Ashlake</Surname>
<Forename>Ada</Forename>
<PersonBirthDate>2014-05-01</PersonBirthDate>
<Sex>F</Sex>
<Ethnicity>WBRI</Ethnicity>
<PostCode>ZZ1 1AA</PostCode>
<UPN>B801200005001</UPN>
<UniqueLearnerNumber>9276308686</UniqueLearnerNumber>
<Requests>
<ReceivedDate>2025-01-08</ReceivedDate>
<RequestSource>2</RequestSource>
<RYA>0</RYA>
<RequestOutcomeDate>2025-02-12</RequestOutcomeDate>
<RequestOutcome>Y</RequestOutcome>
<RequestMediation>0</RequestMediation>
<RequestTribunal>0</RequestTribunal>
<Assessment>
<AssessmentOutcome>Y</AssessmentOutcome>
<AssessmentOutcomeDate>2025-05-20</AssessmentOutcomeDate>
<AssessmentMediation>0</AssessmentMediation>
<AssessmentTribunal>0</AssessmentTribunal>
<OtherMediation>0</OtherMediation>
<OtherTribunal>0</OtherTribunal>
<Week20>0</Week20>
<NamedPlan>
<StartDate>2025-05-20</StartDate>
<PlanDetail>
<URN>900001</URN>
<PlacementRank>1</PlacementRank>
</PlanDetail>
<PlanDetail>
<SENSetting>OTH</SENSetting>
<SENSettingOther>a special school</SENSettingOther>
<PlacementRank>2</PlacementRank>
</PlanDetail>
<PB>1</PB>
<OA>0</OA>
<DP>E</DP>
</NamedPlan>
</Assessment>
<ActivePlans>
<PlacementDetail>
<URN>900001</URN>
<PlacementRank>1</PlacementRank>
<EntryDate>2024-09-02</EntryDate>
<LeavingDate>2025-07-18</LeavingDate>
</PlacementDetail>
<PlacementDetail>
<UKPRN>19990001</UKPRN>
<PlacementRank>1</PlacementRank>
<EntryDate>2025-09-02</EntryDate>
<SENunitIndicator>0</SENunitIndicator>
</PlacementDetail>
<SENneed>
<SENtype>ASD</SENtype>
<SENtypeRank>1</SENtypeRank>
</SENneed>
<SENneed>
<SENtype>SEMH</SENtype>
<SENtypeRank>2</SENtypeRank>
</SENneed>
<ReviewMeeting>2025-11-10</ReviewMeeting>
<ReviewOutcome>A</ReviewOutcome>
<ReviewDraft>2025-12-01</ReviewDraft>
<PhaseTransferDueDate>2026-02-15</PhaseTransferDueDate>
<PhaseTransferFinalDate>2026-01-12</PhaseTransferFinalDate>
<LastReview>2025-12-01</LastReview>
</ActivePlans>
</Requests>
</Person>
"""
"""A plan of the year."""
CEASED = """<Person>
<Surname>Brookmoor</Surname>
<Forename>Bel</Forename>
<PersonBirthDate>2005-03-04</PersonBirthDate>
<Sex>M</Sex>
<Ethnicity>NOBT</Ethnicity>
<PostCode>ZZ2 2BB</PostCode>
<UPNunknown>UN9</UPNunknown>
<Requests>
<ReceivedDate>2018-03-05</ReceivedDate>
<RequestOutcome>H</RequestOutcome>
<Assessment>
<AssessmentOutcome>H</AssessmentOutcome>
<NamedPlan>
<StartDate>2018-07-20</StartDate>
<CeaseDate>2025-08-31</CeaseDate>
<CeaseReason>4</CeaseReason>
</NamedPlan>
</Assessment>
<ActivePlans>
<PlacementDetail>
<SENSetting>NEET</SENSetting>
<PlacementRank>1</PlacementRank>
<EntryDate>2023-09-01</EntryDate>
</PlacementDetail>
<SENneed>
<SENtype>MLD</SENtype>
<SENtypeRank>1</SENtypeRank>
</SENneed>
</ActivePlans>
</Requests>
</Person>
"""
"""A plan that ceased in the year."""
OPEN = """<Person>
<Surname>Coldhurst</Surname>
<Forename>Cai</Forename>
<PersonBirthDate>2020-10-11</PersonBirthDate>
<Sex>M</Sex>
<Ethnicity>AIND</Ethnicity>
<PostCode>ZZ3 3DD</PostCode>
<UPNunknown>UN1</UPNunknown>
<Requests>
<ReceivedDate>2025-11-03</ReceivedDate>
<RequestSource>1</RequestSource>
<RYA>0</RYA>
<RequestOutcome>A</RequestOutcome>
</Requests>
</Person>
"""
"""A request that is open."""
HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<Message>
<Header>
<CollectionDetails>
<Collection>SEN2</Collection>
<Year>2026</Year>
<ReferenceDate>2026-01-15</ReferenceDate>
</CollectionDetails>
<Source>
<SourceLevel>L</SourceLevel>
<LEA>885</LEA>
<SoftwareCode>by hand</SoftwareCode>
<Release>1</Release>
<SerialNo>001</SerialNo>
<DateTime>2026-02-03T10:30:00</DateTime>
<DMO>Y</DMO>
<DCO>Y</DCO>
<DSCO>R</DSCO>
</Source>
</Header>
<Persons>
"""
END = "</Persons>\n</Message>\n"
CLEAN = HEADER + PLAN + CEASED + OPEN + END


def as_2023(text: str) -> str:
    """The same of the collection of 2023, which lacks some of it and has the attendance."""
    lines = text.replace("<Year>2026", "<Year>2023").replace("2026-01-15", "2023-01-19").splitlines()
    gone = ("<DSCO>", "<RequestSource>", "<ReviewMeeting>", "<ReviewOutcome>", "<ReviewDraft>", "<PhaseTransfer")
    kept = "\n".join(line for line in lines if not line.startswith(gone)) + "\n"
    for later, earlier in (("2023-09", "2020-09"), ("2025", "2022"), ("2024", "2021"), ("2026", "2023")):
        kept = kept.replace(later, earlier)
    kept = kept.replace("<Sex>F</Sex>", "<GenderCurrent>2</GenderCurrent>").replace(
        "<Sex>M</Sex>", "<GenderCurrent>1</GenderCurrent>"
    )
    kept = kept.replace("<SENSetting>OTH</SENSetting>", "<SENSetting>OPA</SENSetting>")
    return kept.replace("<SENunitIndicator>0", "<AttendancePattern>FT</AttendancePattern>\n<SENunitIndicator>0")


def read(text: str) -> ReturnRecords:
    """What a return says."""
    return read_return(io.BytesIO(text.encode()), ReturnColumns(), name="return.xml")


def found(text: str, year: int | None = None) -> list[tuple[str, str]]:
    """The rules that find something, each with the element."""
    return sorted((each.rule, each.element) for each in check_return(read(text), year))
