"""A board paper on one page: where today's pace ends, and what two other ways would change.

    python board_paper.py

The caseload is made up: a psychology service that finishes two cases a week, where more are asked for.
"""

import datetime as dt

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.forecast.flow_forecast import flow_forecast
from ehcp_flow.forecast.request_paths import paths_of
from ehcp_flow.forecast.scenario import read_scenario
from ehcp_flow.synth import synth

ON, SINCE, UNTIL = dt.date(2026, 6, 30), dt.date(2026, 9, 1), dt.date(2027, 2, 28)
CASES = group_cases(synth(1_200, 3, as_of=ON, weekly=["psychological=2"]))
PATHS = [path for case in CASES.values() for path in paths_of(answer(case, ON))]
HIRED = {"of": "psychological", "weekly": 3, "from": SINCE}
LENT = {"of": "psychological", "weekly": 6, "from": SINCE, "until": UNTIL}
CHANGES = {"one more psychologist": HIRED, "a team for six months": LENT}
WORDS = {"plans_issued_den": "Plans a month", "open_over_20_weeks": "Waiting for over 20 weeks"}

scenarios = [read_scenario({"title": title, "capacity": [change]}) for title, change in CHANGES.items()]
rows = flow_forecast(PATHS, ON, figures=[*WORDS], scenarios=scenarios)
print(f"Education, health and care plans: the year to June 2027, as known on {ON:%d %B %Y}")
for figure, words in WORDS.items():
    mine = [row for row in rows if row["figure"] == figure]
    print(f"\n{words}. Said three months ahead it missed by {mine[2]['error']}, a year ahead by {mine[11]['error']}.")
    for scenario in dict.fromkeys(row["scenario"] for row in mine):
        ends = [row for row in mine if row["scenario"] == scenario][2::3]
        told = (f"{row['period']} {row['value']:.0f} ({row['low']:.0f} to {row['high']:.0f})" for row in ends)
        print(f"  {scenario}: {'; '.join(told)}")
print("\nIn brackets: eight times in ten. A strike, a new law, or staff who leave are in none of these numbers.")
