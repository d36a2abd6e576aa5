"""The public samples of SEN2 returns, read whole and checked: every error that is found is one that the sample has.

They are not shipped here. Fetch `SocialFinanceDigitalLabs/liia-tools-pipeline` from GitHub (MIT) and name the folder:

    git clone https://github.com/SocialFinanceDigitalLabs/liia-tools-pipeline
    python scripts/sen2_samples.py liia-tools-pipeline/liiatools/sen2_pipeline/spec/samples

The folder moves with that repository's branches. Exit code 1 where an error is found that is not in the table below.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Final

from ehcp_flow.conversion import ReturnColumns, cases_of, read_return, rows_of_return
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.sen2 import check_return

# The numbers are made up and fail their checks, some UPNs have fourteen characters, a plan names NEET, which none can;
# the sample of 2023 says that it is of 2024, has the items of 2023, and a person of wrong codes.
OWN_ERRORS: Final = {
    "sen2_sample_2023.xml": {
        "missing_item": 3, "not_of_this_year": 5, "uln_check": 2, "upn_authority": 1, "upn_check": 1, "wrong_code": 4,
        "wrong_value": 7,
    },
    "sen2_sample_2024.xml": {"uln_check": 2, "wrong_code": 1, "wrong_value": 2},
    "sen2_sample_2025.xml": {"uln_check": 2, "wrong_value": 2},
    "bad_sen2_sample_2024.xml": {"uln_check": 2, "upn_check": 1, "wrong_code": 1, "wrong_value": 1},
}  # fmt: skip


def main(folder: str) -> int:
    """Check every sample in a folder; return how many of them have an error that is none of their own."""
    wrong = 0
    samples = [path for path in sorted(Path(folder).glob("*.xml")) if path.name in OWN_ERRORS]
    for path in samples:
        try:
            records = read_return(path, ReturnColumns())
            cases = cases_of(rows_of_return(records, ReturnColumns()))
            found = list(check_return(records))
        except EhcpFlowError as error:
            print(f"{path.name}: it is no return: {error}")
            wrong += 1
            continue
        errors = Counter(each.rule for each in found if each.severity == "error")
        queries = sum(each.severity == "query" for each in found)
        more = errors - Counter(OWN_ERRORS[path.name])
        told = f"{len(records.requests)} requests, {len(cases)} cases, {errors.total()} errors, {queries} queries"
        print(f"{path.name}: {told}{f'; not its own: {dict(more)}' if more else ''}")
        wrong += bool(more)
    print(f"{len(samples)} samples, {wrong} with an error that is not their own")
    return wrong or not samples


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - one folder
        sys.exit(__doc__)
    sys.exit(min(main(sys.argv[1]), 1))
