"""What one case adds to each figure: whole numbers in, whole numbers out.

A figure counts something of a case (a deadline, a fact, a step, what stood on a day), where some marks hold of it and
others do not. Here the marks are found; which of them a figure asks for, and by which day it counts, is data:
`ehcp_flow.measures.figures`. The same functions are run for one case and for a million.

Plain Python over lists, compiled with `ehcp_flow.engine.kernel`, and under the same rules.
"""

from ehcp_flow.engine.kernel import (
    BASE,
    CONTESTED,
    DONE_AT,
    ENDED_AT,
    EXCUSES,
    IMPLIED_AT,
    LAPSED,
    LAST,
    MET,
    NO_DAY,
    NO_LAW,
    OVERTAKEN,
    STARTED,
    STATUS,
    UNRECORDED,
    WHOM,
    first_on,
)  # fmt: skip

# What is looked at: a plan sent where none was held, the refusal of one, a request that was left, a mediation or an
# appeal, a request of the period, one that was open at its end, and a case on the days on which stock is taken. After
# these stand the deadlines of limits and the facts of keys that are counted as they are.
PLANS, REFUSALS, LEAVINGS, DISPUTES, REQUESTS, OPEN_REQUESTS, ASSESSMENTS, REVIEWS, BACKLOG = range(9)
TRANSFERS, GROUPS = range(9, 11)

# By which day it counts: that of the fact, or of the act; of the act or of what showed it; the last lawful day.
BY_ACT, BY_ACT_SEEN, BY_DUE = range(3)

# Marks of a deadline, above those for its status: 1 << MET and so on.
ACT_DONE, SEEN, DATED, EXCUSED, BESIDE, READ_OTHERWISE, FELL_DUE = (1 << bit for bit in range(9, 16))

# Of a plan or its refusal, by the last limit that counts from a request; TIMED of an open request too.
TIMED, OTHER_CLOCK, EXCEPTED, CLAIMED, DUE, IN_DUE_TIME, OVER_A_YEAR, CONTESTABLE = (1 << bit for bit in range(8))

# Of a state, as of the stock of assessments; what a dispute in a state is about goes first, for its marks, and those of
# a request of the period, begin with it.
ABOUT_REQUEST, ABOUT_ASSESSMENT, ABOUT_PLAN = 1, 2, 4
OPEN_ASSESSMENT, IN_ASSESSMENT, IN_DRAFT, HOLDING, KEEPING, LEFT, WAITING, AGREED = (1 << bit for bit in range(3, 11))
ABOUT = ABOUT_REQUEST | ABOUT_ASSESSMENT | ABOUT_PLAN
APPEALED, MEDIATED, DETAINED, DECIDED, REFUSED, WITHDRAWN = (1 << bit for bit in range(3, 9))

# Of a review; OUTCOME is the first of one for each of the three outcomes of the last decision on the last meeting, and
# LAST_OUTCOME of the last decision, whichever meeting it was on.
EXPECTED, SENT, SENT_BEFORE, MEETING, MET_BEFORE, MET_AFTER = (1 << bit for bit in range(6))
DECISION, AHEAD, DECIDED_BEFORE, DECIDED_AFTER, DECIDED_IN_TIME, REVIEW_OWED, OUTCOME = (
    1 << bit for bit in range(6, 13)
)
LAST_IN_TIME, LAST_OUTCOME = 1 << 15, 1 << 16

# Of a transfer between phases: due in the period or in the year after it, its plan issued in the one or the other.
DUE_WITHIN, DUE_AFTER, ISSUED_WITHIN, ISSUED_AFTER = (1 << bit for bit in range(4))

# What a fact is, besides what is counted as it is; those before KEPT are looked for again, from a fact or from a day.
IS_SENT, IS_AGREED, IS_CUSTODY, IS_MEDIATION, IS_APPEAL, IS_UNSTATED, IS_BEGUN, IS_CLAIM, IS_REFUSAL, IS_ISSUED = range(
    10
)
KEPT = IS_CLAIM

# Deadlines that are looked for by the day from which they count; the last three by nothing but that they are there.
ASSESS, NOT_ISSUE, FINAL_PLAN, REVIEW_DECISION, REVIEW_TOTAL, REVIEW_DUE, ARRANGED, PHASES, SERIES = range(9)

YEAR = 364
NO_LIMIT_NAMED = -1


class Figures:
    """Figures as tables. `ehcp_flow.measures.figures` says what each holds."""

    def __init__(self, tables):
        for name, table in tables.items():
            setattr(self, name, table)


class Periods:
    """Sets of periods, each set in the order of time and without overlap, and the days on which stock is taken."""

    def __init__(self, tables):
        for name, table in tables.items():
            setattr(self, name, table)


class Rows:
    """The deadlines of cases, as `ehcp_flow.engine.kernel` wrote them: `ends` says where those of each case end."""

    def __init__(self, tables):
        for name, table in tables.items():
            setattr(self, name, table)


class Entries:
    """What cases add: of each entry the case, the figure's column, the period, days, and the fact that names the party.

    And the day that counts: that of the act, or that on which something stood. Besides it holds the working space of
    one case at a time.
    """

    def __init__(self, space):
        for name, each in space.items():
            setattr(self, name, each)


def contribute(figures, periods, facts, rows, history, entries, case, cases):
    """Add what one case after another contributes; return the number of the first for which there was no more room."""
    while case < cases:
        before = entries.count
        add_case(figures, periods, facts, rows, history, entries, case)
        if entries.full:
            entries.full = 0
            entries.count = before
            return case
        case += 1
    return case


def add_case(figures, periods, facts, rows, history, entries, case):
    """Add what a case contributes: its acts by their day, then what stood in each period."""
    entries.case = case
    entries.tick += 1
    entries.low = facts.bounds[case]
    entries.high = facts.bounds[case + 1]
    entries.first_step = history.ends[case - 1] if case else 0
    entries.last_step = history.ends[case]
    entries.period = -1
    entries.claimed_on = -NO_DAY
    for kind in range(KEPT):
        entries.kept_count[kind] = 0
    for series in range(SERIES):
        entries.series_count[series] = 0
    lay_out_rows(figures, rows, entries, rows.ends[case - 1] if case else 0, rows.ends[case])
    add_deadlines(figures, periods, facts, rows, entries, rows.ends[case - 1] if case else 0, rows.ends[case])
    add_facts(figures, periods, facts, rows, history, entries)
    add_steps(figures, periods, facts, rows, history, entries)
    began = began_on(figures, facts, entries)
    for period in range(periods.count):
        if periods.stock_on[period] >= began or periods.end[period] >= began:
            entries.period = period
            take_stock(figures, periods, facts, rows, history, entries, period)


def began_on(figures, facts, entries):
    """Return the first day on which anything but a birth is on record, after every day where nothing is."""
    for place in range(entries.low, entries.high):
        if facts.key[place] != figures.birth:
            return facts.on[place]
    return -NO_DAY


# Counting


def count(figures, periods, entries, group, marks, days, whom):
    """Enter what is looked at into each figure of its group whose marks it bears."""
    for figure in range(figures.group_at[group], figures.group_at[group + 1]):
        wanted = figures.when[figure]
        if marks & wanted == wanted and not marks & figures.unless[figure] and days > figures.over[figure]:
            who = whom if figures.by_party[figure] else -1
            if entries.period >= 0:
                enter(entries, figures.column[figure], entries.period, days, who, entries.stood)
                continue
            day = entries.by_day[figures.by[figure]]
            for each in range(periods.sets):
                low = periods.set_at[each]
                place = rank(periods.start, low, periods.set_at[each + 1], day + 1) - 1
                if place >= low and day <= periods.end[place]:
                    enter(entries, figures.column[figure], place, days, who, day)


def enter(entries, column, period, days, whom, day):
    """Write an entry, or note that there is no more room."""
    at = entries.count
    if at == entries.capacity:
        entries.full = 1
        return
    entries.out_case[at] = entries.case
    entries.out_column[at] = column
    entries.out_period[at] = period
    entries.out_days[at] = days
    entries.out_whom[at] = whom
    entries.out_on[at] = day
    entries.count = at + 1


def rank(table, low, high, value):
    """Return the first place from one to another at which a table holds a number or a larger one."""
    while low < high:
        middle = (low + high) // 2
        if table[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


# Deadlines, by the day from which they count


def lay_out_rows(figures, rows, entries, first, last):
    """Sort the deadlines that are looked for by the days from which they count."""
    for row in range(first, last):
        series = figures.rule_series[rows.out[row]]
        if series >= 0 and rows.out[STATUS * rows.size + row] != NO_LAW:
            at = series * entries.most_rows + entries.series_count[series]
            entries.series_row[at] = row
            entries.series_count[series] += 1
            if series == NOT_ISSUE and rows.out[EXCUSES * rows.size + row] > 0:
                entries.excused[rows.out[STARTED * rows.size + row] - entries.low] = entries.tick
    for series in range(REVIEW_DUE):
        if entries.series_count[series]:
            sort(figures, rows, entries, series)


def sort(figures, rows, entries, series):
    """Sort deadlines by the day from which they count; those of one day by limit, then in their public order."""
    begin = series * entries.most_rows
    many = entries.series_count[series]
    gap = 1
    while gap < many:
        gap = 3 * gap + 1
    while gap > 1:
        gap = gap // 3
        for at in range(gap, many):
            row = entries.series_row[begin + at]
            to = at
            while to >= gap and comes_before(figures, rows, row, entries.series_row[begin + to - gap]):
                entries.series_row[begin + to] = entries.series_row[begin + to - gap]
                to -= gap
            entries.series_row[begin + to] = row
    for at in range(begin, begin + many):
        entries.series_base[at] = rows.out[BASE * rows.size + entries.series_row[at]]


def comes_before(figures, rows, one, other):
    """Return whether a deadline comes before another."""
    size = rows.size
    base = rows.out[BASE * size + one] - rows.out[BASE * size + other]
    if base:
        return base < 0
    rule = rows.out[one]
    beside = rows.out[other]
    if figures.rule_nth[rule] != figures.rule_nth[beside]:
        return figures.rule_nth[rule] < figures.rule_nth[beside]
    last = rows.out[LAST * size + one]
    until = rows.out[LAST * size + other]
    if last != until:
        return until == NO_DAY or (last != NO_DAY and last < until)
    if rule != beside:
        return rule < beside
    return rows.out[STARTED * size + one] < rows.out[STARTED * size + other]


def last_started(entries, series, day):
    """Return the last deadline that counts from a day or from one before it, -1 for none."""
    begin = series * entries.most_rows
    at = rank(entries.series_base, begin, begin + entries.series_count[series], day + 1) - 1
    return entries.series_row[at] if at >= begin else -1


def first_started(entries, series, day):
    """Return the first deadline that counts from that very day, -1 for none."""
    begin = series * entries.most_rows
    end = begin + entries.series_count[series]
    at = rank(entries.series_base, begin, end, day)
    return entries.series_row[at] if at < end and entries.series_base[at] == day else -1


def one_of_day(rows, entries, at, end):
    """Return where the deadlines that count from one day end; `entries.row` is the one of them that stands for all.

    A release from custody, or a detention, ends one limit and begins its counterpart on the same request: what goes on
    stands for both. It is the first that has not fallen away, or the last if all have.
    """
    day = entries.series_base[at]
    row = -1
    while at < end and entries.series_base[at] == day:
        if row < 0 or fell_away(rows, row):
            row = entries.series_row[at]
        at += 1
    entries.row = row
    return at


def fell_away(rows, row):
    """Return whether something ended the time of a deadline, whether or not its last lawful day had passed by then."""
    status = rows.out[STATUS * rows.size + row]
    return status == LAPSED or status == OVERTAKEN


def day_at(facts, place):
    """Return the day of the fact at a place, NO_DAY for none."""
    return facts.on[place] if place >= 0 else NO_DAY


def by_then(facts, place, day):
    """Return whether the fact at a place is there, and happened by a day."""
    return place >= 0 and facts.on[place] <= day


def add_deadlines(figures, periods, facts, rows, entries, first, last):
    """Count the deadlines of limits that are counted as they are."""
    size = rows.size
    for row in range(first, last):
        group = figures.rule_group[rows.out[row]]
        status = rows.out[STATUS * size + row]
        if group < 0 or status == NO_LAW:
            continue
        done = rows.out[DONE_AT * size + row]
        seen = done if done >= 0 else rows.out[IMPLIED_AT * size + row]
        due = rows.out[LAST * size + row]
        marks = 1 << status
        if done >= 0:
            marks |= ACT_DONE
        if seen >= 0:
            marks |= SEEN
        if due != NO_DAY:
            marks |= DATED
            if due <= facts.as_of:
                marks |= FELL_DUE
        if entries.series_count[ARRANGED]:
            marks |= BESIDE
        if rows.out[CONTESTED * size + row] > 0:
            marks |= READ_OTHERWISE
        if entries.excused[rows.out[STARTED * size + row] - entries.low] == entries.tick:
            marks |= EXCUSED
        entries.by_day[BY_ACT] = day_at(facts, done)
        entries.by_day[BY_ACT_SEEN] = day_at(facts, seen)
        entries.by_day[BY_DUE] = due
        count(figures, periods, entries, group, marks, 0, rows.out[WHOM * size + row])


# Facts and steps


def add_facts(figures, periods, facts, rows, history, entries):
    """Count the facts that are counted as they are, and keep those that are looked for."""
    mediated = 0
    for place in range(entries.low, entries.high):
        day = facts.on[place]
        if day > facts.as_of:
            break
        key = facts.key[place]
        kind = figures.key_kind[key]
        group = figures.key_group[key]
        entries.by_day[BY_ACT] = day
        if group >= 0:
            count(figures, periods, entries, group, state_before(figures, history, entries, place), 0, -1)
        if kind == IS_REFUSAL:
            add_act(figures, periods, facts, rows, entries, REFUSALS, NOT_ISSUE, day)
        elif kind == IS_CLAIM or kind == IS_UNSTATED:
            if is_of_plan(figures, facts.limit[place]):
                if day < entries.claimed_on:
                    entries.claimed_on = day
                if kind == IS_UNSTATED:
                    keep_place(entries, kind, place)
        elif kind == IS_MEDIATION or kind == IS_APPEAL:
            about = ABOUT & state_before(figures, history, entries, first_on(facts, place, entries.high, day + 1))
            if not about:
                # What was agreed on that day has ended what it was about.
                about = ABOUT & state_before(figures, history, entries, first_on(facts, entries.low, place, day))
            marks = about
            if kind == IS_MEDIATION:
                mediated |= about
            elif mediated & about:
                marks |= APPEALED | MEDIATED
            else:
                marks |= APPEALED
            count(figures, periods, entries, DISPUTES, marks, 0, -1)
            if about == ABOUT_REQUEST:
                keep_place(entries, kind, place)
        elif kind >= 0 and kind < KEPT:
            keep_place(entries, kind, place)


def keep_place(entries, kind, place):
    """Keep the place of a fact that is looked for again."""
    entries.kept[kind * entries.most_facts + entries.kept_count[kind]] = place
    entries.kept_count[kind] += 1


def is_of_plan(figures, limit):
    """Return whether an exception to a limit touches the 20 weeks: one that names theirs, or none."""
    return limit == NO_LIMIT_NAMED or (limit >= 0 and figures.limit_final[limit] > 0)


def state_before(figures, history, entries, place):
    """Return the marks of the state of the case before the fact at a place."""
    at = rank(history.place, entries.first_step, entries.last_step, place) - 1
    return figures.state_marks[history.to[at] if at >= entries.first_step else figures.initial]


def add_steps(figures, periods, facts, rows, history, entries):
    """Count the plans that were issued where none was held, and the requests that were left."""
    state = figures.initial
    for at in range(entries.first_step, entries.last_step):
        place = history.place[at]
        to = history.to[at]
        key = facts.key[place]
        day = facts.on[place]
        was = figures.state_marks[state]
        entries.by_day[BY_ACT] = day
        if figures.state_marks[to] & KEEPING and not was & KEEPING:
            keep_place(entries, IS_BEGUN, place)
        if figures.key_plan[key] and not was & KEEPING:
            add_act(figures, periods, facts, rows, entries, PLANS, FINAL_PLAN, day)
        if was & OPEN_ASSESSMENT and (figures.state_marks[to] & LEFT or key == figures.moved_away):
            count(figures, periods, entries, LEAVINGS, 0, 0, -1)
        state = to


def add_act(figures, periods, facts, rows, entries, group, series, day):
    """Count a plan or its refusal by the last request before it, even if its limit had lapsed."""
    row = last_started(entries, series, day)
    size = rows.size
    marks = 0
    days = 0
    if row < 0:
        # Nothing can check it: that it is claimed is enough.
        if entries.claimed_on <= day:
            marks |= EXCEPTED
    else:
        due = rows.out[LAST * size + row]
        days = day - rows.out[BASE * size + row]
        marks |= TIMED
        if day_at(facts, rows.out[DONE_AT * size + row]) != day:
            marks |= OTHER_CLOCK
        if rows.out[EXCUSES * size + row] > 0 or is_said_to_be_excepted(facts, entries, day - days, day):
            marks |= EXCEPTED
        if rows.out[EXCUSES * size + row] >= 0:
            marks |= CLAIMED
        if rows.out[CONTESTED * size + row] > 0:
            marks |= CONTESTABLE
        if due != NO_DAY:
            marks |= DUE
        # The limit of a refusal may have lapsed: it is in time if it was sent by the last day.
        if (group == REFUSALS and day <= due) or (group == PLANS and rows.out[STATUS * size + row] == MET):
            marks |= IN_DUE_TIME
        if days > YEAR:
            marks |= OVER_A_YEAR
    count(figures, periods, entries, group, marks, days, -1)


def is_said_to_be_excepted(facts, entries, base, day):
    """Return whether the source says of that time that an exception applied, and not which."""
    place = kept_before(entries, IS_UNSTATED, first_on(facts, entries.low, entries.high, day + 1))
    return place >= 0 and facts.on[place] >= base


def kept_before(entries, kind, place):
    """Return the last of the facts of a kind before a place, -1 for none."""
    begin = kind * entries.most_facts
    at = rank(entries.kept, begin, begin + entries.kept_count[kind], place) - 1
    return entries.kept[at] if at >= begin else -1


# What stood in a period


def take_stock(figures, periods, facts, rows, history, entries, period):
    """Count what became of the requests of a period, and what stood at its end and on the day of stock."""
    start = periods.start[period]
    last = periods.end[period]
    add_requests(figures, periods, facts, rows, entries, start, last, periods.stock_on[period])
    if last > facts.as_of:
        last = facts.as_of
    entries.stood = last
    behind = first_on(facts, entries.low, entries.high, last + 1)
    marks = state_before(figures, history, entries, behind)
    agreed = kept_before(entries, IS_AGREED, first_on(facts, entries.low, entries.high, periods.end[period] + 1))
    if agreed >= 0 and facts.on[agreed] >= start:
        marks |= AGREED
    count(figures, periods, entries, ASSESSMENTS, marks, 0, -1)
    if marks & WAITING:
        add_open_request(figures, periods, rows, entries, last)
    if marks & HOLDING:
        add_backlog(figures, periods, facts, rows, entries, period, last)
    entries.stood = periods.stock_on[period]
    behind = first_on(facts, entries.low, entries.high, periods.stock_on[period] + 1)
    if state_before(figures, history, entries, behind) & HOLDING:
        add_reviews(figures, periods, facts, rows, entries, period, behind)
        add_transfers(figures, periods, facts, rows, entries, period)


def add_requests(figures, periods, facts, rows, entries, start, end, stock_on):
    """Count the requests that came in a period, by what had become of them on the day of stock."""
    begin = ASSESS * entries.most_rows
    behind = begin + entries.series_count[ASSESS]
    at = rank(entries.series_base, begin, behind, start)
    while at < behind and entries.series_base[at] <= end:
        day = entries.series_base[at]
        at = one_of_day(rows, entries, at, behind)
        entries.stood = day
        count(figures, periods, entries, REQUESTS, became_of(figures, facts, rows, entries, day, stock_on), 0, -1)


def became_of(figures, facts, rows, entries, day, stock_on):
    """Return the marks of a request on the day of stock."""
    done = rows.out[DONE_AT * rows.size + entries.row]
    implied = rows.out[IMPLIED_AT * rows.size + entries.row]
    marks = 0
    custody = kept_before(entries, IS_CUSTODY, first_on(facts, entries.low, entries.high, day + 1))
    if custody >= 0 and facts.key[custody] == figures.detained:
        marks |= DETAINED
    if by_then(facts, done, stock_on):
        marks |= DECIDED | (REFUSED if facts.key[done] == figures.refused else 0)
    elif done < 0 and by_then(facts, implied, stock_on):
        marks |= DECIDED | (REFUSED if facts.key[implied] == figures.reversed else 0)
    elif by_then(facts, rows.out[ENDED_AT * rows.size + entries.row], stock_on):
        marks |= WITHDRAWN
    if done >= 0 and facts.key[done] == figures.refused:
        if is_kept_between(facts, entries, IS_MEDIATION, facts.on[done], stock_on):
            marks |= MEDIATED
        if is_kept_between(facts, entries, IS_APPEAL, facts.on[done], stock_on):
            marks |= APPEALED
    return marks


def is_kept_between(facts, entries, kind, since, until):
    """Return whether a fact of a kind happened from a day to another."""
    begin = kind * entries.most_facts
    end = begin + entries.kept_count[kind]
    at = rank(entries.kept, begin, end, first_on(facts, entries.low, entries.high, since))
    return at < end and facts.on[entries.kept[at]] <= until


def add_open_request(figures, periods, rows, entries, last):
    """Count a case that waits for a plan or its refusal at the end of a day, by how long since its last request."""
    row = last_started(entries, FINAL_PLAN, last)
    if row < 0:
        count(figures, periods, entries, OPEN_REQUESTS, 0, 0, -1)
    else:
        count(figures, periods, entries, OPEN_REQUESTS, TIMED, last - rows.out[BASE * rows.size + row], -1)


def add_reviews(figures, periods, facts, rows, entries, period, behind):
    """Count a plan that is held on the day of stock by its review."""
    stock_on = periods.stock_on[period]
    marks = REVIEW_OWED if is_owed(periods, facts, rows, entries, period) else 0
    if plan_begun(figures, facts, entries, behind) < periods.start[period]:
        marks |= EXPECTED
        # A plan's reviews are its own: none is one of a plan that ceased, or went, before it.
        begun = kept_before(entries, IS_BEGUN, behind)
        sent = kept_before(entries, IS_SENT, behind)
        if sent >= 0 and sent >= begun:
            marks |= SENT if facts.on[sent] >= periods.start[period] else SENT | SENT_BEFORE
            marks |= last_decision(figures, facts, rows, entries, sent)
        row = last_started(entries, REVIEW_DECISION, stock_on)
        if row >= 0 and rows.out[BASE * rows.size + row] >= facts.on[begun]:
            marks |= MEETING | decided(
                figures, facts, rows, row, sent, stock_on, periods.start[period], periods.end[period]
            )
    count(figures, periods, entries, REVIEWS, marks, 0, -1)


def last_decision(figures, facts, rows, entries, sent):
    """Return the marks of a decision: its outcome, and whether it came within the time from its meeting."""
    marks = figures.key_outcome[facts.key[sent]] * (LAST_OUTCOME // OUTCOME)
    row = last_started(entries, REVIEW_DECISION, facts.on[sent])
    if row >= 0 and rows.out[DONE_AT * rows.size + row] == sent and rows.out[STATUS * rows.size + row] == MET:
        marks |= LAST_IN_TIME
    return marks


def plan_begun(figures, facts, entries, behind):
    """Return the day of the plan that is held: of one from another authority that on which it was made, if known."""
    place = kept_before(entries, IS_BEGUN, behind)
    field = facts.field_at[figures.made_on]
    if field >= 0 and facts.days[field + place] != NO_DAY:
        return facts.days[field + place]
    return facts.on[place]


def is_owed(periods, facts, rows, entries, period):
    """Return whether a review fell due in a period, or was overdue when it began; not that of a plan that had ended."""
    size = rows.size
    start = periods.start[period]
    begin = REVIEW_DUE * entries.most_rows
    for at in range(begin, begin + entries.series_count[REVIEW_DUE]):
        row = entries.series_row[at]
        due = rows.out[LAST * size + row]
        if due == NO_DAY or due > periods.end[period] or rows.out[STATUS * size + row] == UNRECORDED:
            continue
        ended = rows.out[ENDED_AT * size + row]
        if fell_away(rows, row) and by_then(facts, ended, periods.stock_on[period]):
            continue
        done = rows.out[DONE_AT * size + row]
        if due >= start or done < 0 or facts.on[done] >= start:
            return True
    return False


def decided(figures, facts, rows, row, sent, stock_on, start, end):
    """Return the marks of the last review meeting and of the decision on it, as the day of stock saw them.

    What was decided is what the last decision sent says: of one meeting there may be two.
    """
    met = rows.out[BASE * rows.size + row]
    due = rows.out[LAST * rows.size + row]
    done = rows.out[DONE_AT * rows.size + row]
    marks = 0
    if met < start:
        marks |= MET_BEFORE
    elif met > end:
        marks |= MET_AFTER
    if due == NO_DAY or not by_then(facts, done, stock_on):
        return marks | AHEAD if due >= stock_on else marks
    if facts.on[done] < start:
        marks |= DECIDED_BEFORE
    elif facts.on[done] > end:
        marks |= DECIDED_AFTER
    if facts.on[done] <= due:
        marks |= DECIDED_IN_TIME
    return marks | DECISION | figures.key_outcome[facts.key[sent if sent >= 0 else done]]


def add_transfers(figures, periods, facts, rows, entries, period):
    """Count the transfers between phases of a plan that is held, by when they are due and their plan was issued."""
    size = rows.size
    stock_on = periods.stock_on[period]
    begin = PHASES * entries.most_rows
    for at in range(begin, begin + entries.series_count[PHASES]):
        row = entries.series_row[at]
        due = rows.out[LAST * size + row]
        done = rows.out[DONE_AT * size + row]
        # By when it is due is known, whether or not the source records what would be done by then.
        if due == NO_DAY or fell_away(rows, row):
            continue
        marks = 0
        if due >= periods.start[period]:
            if due <= periods.end[period]:
                marks |= DUE_WITHIN
            elif due <= periods.year_after[period]:
                marks |= DUE_AFTER
        if by_then(facts, done, stock_on) and figures.key_kind[facts.key[done]] == IS_ISSUED:
            if facts.on[done] > periods.end[period]:
                marks |= ISSUED_AFTER
            elif facts.on[done] >= periods.start[period]:
                marks |= ISSUED_WITHIN
        count(figures, periods, entries, TRANSFERS, marks, 0, -1)


def add_backlog(figures, periods, facts, rows, entries, period, last):
    """Count a plan that is held at the end of a day, and whose last review meeting has not led to its end."""
    size = rows.size
    row = last_started(entries, REVIEW_DECISION, last)
    if row < 0:
        return
    done = rows.out[DONE_AT * size + row]
    if by_then(facts, done, last) and not figures.key_outcome[facts.key[done]] & figures.to_amend:
        return
    met = rows.out[BASE * size + row]
    total = first_started(entries, REVIEW_TOTAL, met)
    if total >= 0 and by_then(facts, rows.out[DONE_AT * size + total], last):
        return
    if total >= 0 and by_then(facts, rows.out[ENDED_AT * size + total], last):
        return
    marks = 0
    for nth in range(figures.long_ago):
        if met <= periods.long_ago[period * figures.long_ago + nth]:
            marks |= 1 << nth
    count(figures, periods, entries, BACKLOG, marks, last - met, -1)
