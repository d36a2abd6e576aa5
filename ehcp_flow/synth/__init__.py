"""Made-up caseloads, so that nobody needs real children's data.

`synth` and `write_synth` make lives of cases in the proportions that DfE publishes; `published_caseload` makes a
caseload whose counts are the published ones. `docs/synthetic-caseloads.md` says what they hold.

How likely a turn of a case is stands in `rates.py`, what it does in the modules of its stage; nothing here is law.
"""

from ehcp_flow.synth.caseload import DEFAULT_AS_OF, synth
from ehcp_flow.synth.caseload_file import write_synth
from ehcp_flow.synth.dfe_counts import ATTRIBUTION, ENGLAND, authorities, counts_of
from ehcp_flow.synth.exact import Discrepancy, census_day, published_caseload, published_discrepancies

__all__ = [
    "ATTRIBUTION",
    "DEFAULT_AS_OF",
    "ENGLAND",
    "Discrepancy",
    "authorities",
    "census_day",
    "counts_of",
    "published_caseload",
    "published_discrepancies",
    "synth",
    "write_synth",
]
