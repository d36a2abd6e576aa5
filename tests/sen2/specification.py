"""The specification of each collection as its readers quote it: written from its words, and not from our data.

Sources are the Department's guide and technical specification as others have transcribed them. A line is an element in
its place: `*` mandatory always, `+` mandatory where its condition holds or there is something to say, `-` voluntary.
What is indented stands within the element above it.
"""

YEARS = (2023, 2024, 2025, 2026)

# The columns are 2023, 2024, 2025, 2026; a dot says that the collection does not have it.
ORDER = """
Header                          **** header
  CollectionDetails             **** group
    Collection                  ****
    Year                        ****
    ReferenceDate               ****
  Source                        **** group
    SourceLevel                 ****
    LEA                         ****
    SoftwareCode                ----
    Release                     ----
    SerialNo                    ----
    DateTime                    ----
    DMO                         ****
    DCO                         ****
    DSCO                        ..-*
Person                          **** persons
  Surname                       ****
  Forename                      ****
  PersonBirthDate               ****
  GenderCurrent                 *...
  Sex                           .***
  Ethnicity                     ****
  PostCode                      ++++
  UPN                           ----
  UniqueLearnerNumber           ----
  UPNunknown                    ----
  Requests                      **** requests 1-
    ReceivedDate                ++++
    RequestSource               ..-+
    RYA                         ++++
    RequestOutcomeDate          ++++
    RequestOutcome              ****
    RequestMediation            ----
    RequestTribunal             ----
    Exported                    ----
    Assessment                  ---- assessments 0-1
      AssessmentOutcome         ****
      AssessmentOutcomeDate     ++++
      AssessmentMediation       ----
      AssessmentTribunal        ----
      OtherMediation            ----
      OtherTribunal             ----
      Week20                    ----
      NamedPlan                 ---- named_plans 0-1
        StartDate               ****
        PlanDetail              ---- plan_details 0-2
          URN                   ----
          UKPRN                 ----
          SENSetting            ----
          SENSettingOther       ----
          PlacementRank         ----
          SENunitIndicator      ----
          ResourcedProvisionIndicator ----
        PlanRes                 ----
        PlanWBP                 ----
        PB                      ----
        OA                      ----
        DP                      ----
        CeaseDate               ----
        CeaseReason             ----
    ActivePlans                 ---- active_plans 0-1
      TransferLA                ----
      PlacementDetail           ---- placements 0-
        URN                     ----
        UKPRN                   ----
        SENSetting              ----
        SENSettingOther         ----
        PlacementRank           ----
        EntryDate               ----
        LeavingDate             ----
        AttendancePattern       -...
        SENunitIndicator        ----
        ResourcedProvisionIndicator ----
        Res                     .---
        WBP                     .---
      Res                       -...
      WBP                       -...
      SENneed                   ---- needs 0-2
        SENtype                 ****
        SENtypeRank             ****
      ReviewMeeting             .-++
      ReviewOutcome             .-++
      ReviewDraft               ..-+
      PhaseTransferDueDate      ..-+
      PhaseTransferFinalDate    ..-+
      LastReview                ++++
"""

CODES = {
    "Collection": "SEN2",
    "SourceLevel": "L",
    "DMO": "Y N R",
    "DCO": "Y N R",
    "DSCO": "Y N R",
    "GenderCurrent": "0 1 2 9",
    "UPNunknown": "UN1 UN2 UN3 UN5 UN8 UN9 UN10",
    "RequestSource": "1 2 3 4 5",
    "RequestOutcome": "Y N A W H",
    "AssessmentOutcome": "Y N A W H",
    "PlanRes": "A B",
    "Res": "A B",
    "PlanWBP": "A T S",
    "WBP": "A T S",
    "DP": "E S H I",
    "CeaseReason": "1 2 3 4 5 6 7 8 9",
    "PlacementRank": "1 2",
    "AttendancePattern": "FT PT",
    "SENtypeRank": "1 2",
    "ReviewOutcome": "M C A",
}
"""The codes of items that have the same ones in every collection."""
NEEDS = "SPLD MLD SLD PMLD SEMH SLCN HI VI MSI PD ASD OTH"
NEEDS_LATER = {"DS": 2025}
PLACES_IN_PLANS = "OLA OPA EHE EYP"
PLACES = "OLA OPA EHE EYP NEET NIEC NIEO"
PLACES_LATER = {"OTH": 2024}
SEXES = {2024: "M F U", 2025: "M F U", 2026: "M F"}
ETHNICITIES = """
WBRI WCOR WENG WNIR WSCO WWEL WOWB WIRI WIRT WOTH WALB WBOS WCRO WGRE WGRK WGRC WITA WKOS WPOR WSER WTUR WTUK WTUC WEUR
WEEU WWEU WOTW WROM WROG WROR WROO MWBC MWBA MWAS MWAP MWAI MWAO ABRI AWEL MOTH MAOE MABL MACH MBOE MBCH MCOE MWOE MWCH
MOTM AIND APKN AMPK AKPA AOPK ABAN AOTH AAFR AKAO ANEP ASNL ASLT ASRO AOTA BBRI BWEL BCRB BAFR BANN BCON BGHA BNGN BSLN
BSOM BSUD BAOF BOTH BEUR BNAM BOTB CHNE CHKC CMAL CSNG CTWN COCH OOTH OAFG ORAB OARA OEGY OFIL OIRN OIRQ OJPN OKOR OKRD
OLAM OLEB OLIB OMAL OMRC OPOL OTHA OVIE OYEM OOEG REFU NOBT
"""
NUMBERS = {
    2023: "ReceivedDate 2.1 RYA 2.2 RequestOutcomeDate 2.3 RequestOutcome 2.4 RequestMediation 2.5 RequestTribunal 2.6 "
    "Exported 2.7 AssessmentOutcome 3.1 Week20 3.7 StartDate 4.1 CeaseReason 4.6 TransferLA 5.1 LastReview 5.4 "
    "SENtype 5.6 SENtypeRank 5.7 EntryDate 5.5e LeavingDate 5.5f AttendancePattern 5.5g",
    2024: "ReceivedDate 2.1 RYA 2.2 RequestOutcome 2.4 Exported 2.7 ReviewMeeting 5.4 ReviewOutcome 5.5 LastReview 5.6 "
    "EntryDate 5.7e SENtype 5.8a",
    2025: "ReceivedDate 2.1 RequestSource 2.2 RYA 2.3 RequestOutcomeDate 2.4 RequestOutcome 2.5 RequestMediation 2.6 "
    "RequestTribunal 2.7 Exported 2.8 ReviewMeeting 5.4a LastReview 5.4b ReviewOutcome 5.4c ReviewDraft 5.4d "
    "PhaseTransferDueDate 5.6a PhaseTransferFinalDate 5.6b EntryDate 5.7e LeavingDate 5.7f SENtype 5.8a",
    2026: "RequestSource 2.2 Exported 2.8 AssessmentOutcomeDate 3.2 OtherTribunal 3.6 DP 4.4c CeaseDate 4.5 LastReview "
    "5.4b ReviewDraft 5.4d SENtypeRank 5.8b",
}


def lines(year):
    """Each element of the collection of a year: how deep, its name, how it is needed, and what else its line says."""
    for line in ORDER.strip("\n").splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name, by_year, *more = line.split()
        need = by_year[YEARS.index(year)]
        if need != ".":
            yield depth, name, need, more
