"""The published year of every authority, rebuilt from made-up cases and measured again.

    python examples/reproduce_dfe.py [YEAR [AUTHORITY ...]]

Prints each figure that differs from the published one, with the name of the difference, and exits 1 if one has none.
"""

import re
import sys
from collections import Counter

from ehcp_flow.case import group_cases
from ehcp_flow.measures import measure
from ehcp_flow.synth import census_day, published_caseload, published_discrepancies
from ehcp_flow.synth.dfe_counts import authorities, counts_of

_NUMBERS = re.compile(r"\d[\d,]*(?= of the)|(?<=of the )\d[\d,]* ?")
PLAIN_READINGS = {
    "assess_not_made": "every assessment without a decision is counted; the Department's rule is not published",
}
"""Columns that are counted by the plain reading of their name, which is not what is published."""


def main(year: int, chosen: list[str]) -> int:
    """Print the differences of each authority, and return how the command ends."""
    named: Counter[tuple[str, str]] = Counter()
    without = compared = 0
    for authority in chosen or authorities(year):
        cases = group_cases(published_caseload(authority, year))
        (row,) = measure(cases, year=year, as_of=census_day(year)).rows
        differences = {one.column: one for one in published_discrepancies(authority, year)}
        for column, count in counts_of(authority, year).items():
            if column not in row or count is None:
                continue
            compared += 1
            if row[column] == count:
                continue
            if column in differences and row[column] == differences[column].built:
                named[column, _NUMBERS.sub("some", differences[column].why)] += 1
            elif column in PLAIN_READINGS:
                named[column, PLAIN_READINGS[column]] += 1
            else:
                without += 1
                print(f"{authority} {column}: {count} published, {row[column]} measured: no name")
    for (column, why), times in sorted(named.items()):
        print(f"{column}, {times} {'authority' if times == 1 else 'authorities'}: {why}")
    equal = compared - named.total() - without
    print(f"{compared} counts of {year}: {equal} equal, {named.total()} named, {without} without a name")
    return 1 if without else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(int(given[0]) if given else 2024, given[1:]))
