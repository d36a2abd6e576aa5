"""The law's time limits over the facts of a case: whole numbers in, whole numbers out.

This is the one place where a time limit is judged. A fact is its key (event and outcome), its days and its party; the
law is the tables of `ehcp_flow.engine.rulebook`; what comes out is a row for each deadline, read by
`ehcp_flow.engine.judged_case` for one case and by `ehcp_flow.bulk` for many. The words are the rulebook's own: a fact
starts, ends and resumes a clock; each run of a clock is judged by each rule that hangs on it; a fact discharges,
implies or undoes it. `docs/kernel.md` goes through it.

The module is plain Python over lists, and the source from which a compiled copy is built where that can be done: only
whole numbers, flat tables, and no object but the four below. Nothing depends on which of the two runs, but speed.
"""

# What no day is: a field that is not filled; a day that nobody has counted yet; one that the calendars do not reach.
NO_DAY = -1_000_000
UNCOUNTED = -1_000_001
BEYOND = -1_000_002
# The last day that there is: of a time that nothing ends.
NEVER = 2_932_896

# What a fact does: to a clock, and to a rule.
START = 1
RESTART = 2
END = 4
RESUME = 8
DONE = 16
UNDONE = 32
IMPLIED = 64
OTHER = 128
LAPSE = 256
NEEDED = 512
RESUME_INSIDE = 1024
FINAL = 2048
OWED = 4096
NEVER_OWED = 8192
SHOWS_OWED = 16384
FIRST = 32768
AFTER_FIRST = 65536
FIRST_BY_DATE = 131072
FOR_NOW = 262144
SHOWS_MORE = 524288
MAY_SHOW_MORE = 1048576
ASKS = 2097152
TAKEN_BACK = 4194304
NAMED_AGAIN = 8388608
AFTER_ALL = 16777216

STARTS = START | RESTART
SELDOM = NEEDED | RESUME_INSIDE | FINAL | OWED | SHOWS_OWED | TAKEN_BACK | NAMED_AGAIN
PARTS = FIRST | FIRST_BY_DATE | AFTER_FIRST | SHOWS_MORE | MAY_SHOW_MORE
ACTS = DONE | UNDONE | IMPLIED | OTHER | PARTS
ENDS = LAPSE | RESUME | RESUME_INSIDE | FINAL | NEEDED | OWED | SHOWS_OWED | AFTER_ALL

# What a key is besides: an exception, a birth, a request for advice, what says until when a plan is kept,
# what ends everything.
EXCEPTION = 1
BIRTH = 2
ADVICE_ASKED = 3
KEPT_UNTIL = 4
ENDS_ALL = 5

# Of a clock.
SEPARATE = 1
OWN_ACTS = 2
BY_PARTY = 4
PARTY_OF_SPELL = 8
FORETOLD = 16

# Of a rule.
PER_PARTY = 1
NEEDS = 2
IN_TIME = 4
OTHER_ANSWER = 8
RIGHT = 16
DONE_FOR_GOOD = 32
ENDS_FOR_GOOD = 64
UNPROVEN = 128
NARROWED = 256
CONDITIONAL = 512
BREACHABLE = 1024
DOUBTFUL = 2048
ASKS_WHERE_MISSED = 4096
NOT_SHOWN = 8192
AS_NAMED = 16384
TAKES_BACK = 32768
SELECTIVE = 65536

# Of a version, and of a period that it counts.
WINDOW = 1
ROLLED = 2
LATER_OF = 4
FROM_FACT = 1
FROM_FIELDS = 2
NEEDED_COUNT = 4
FROM_BIRTH = 8

# Whether a run is one of a cohort; what hangs on a birth that is not on record nobody knows.
NOT_OF = 0
OF = 1
UNKNOWN = 2

# What another reading of a version changes besides its days.
EITHER_ANSWER = 1
UNEXCUSED = 2
UNEXCUSED_BY_PAST = 4
ONLY_EARLIER = 8
NEVER_YIELDS = 16
ONLY_TOLD = 32
LIMITS_NOTHING = 64
BINDS = 128
FINDS = 256
BY_CLOCK = 512

# How a deadline stands; NO_LAW is a run for which no version of the rule was in force.
OPEN = 0
MET = 1
LATE = 2
OVERDUE = 3
PREMATURE = 4
LAPSED = 5
UNDATED = 6
OVERTAKEN = 7
UNRECORDED = 8
NO_LAW = 9

# No version of a rule, on a day; and a rule that is not there for a run.
NO_VERSION = -1
NOT_THERE = -2

# What a source does not record, where what discharges a rule starts its time anew; of any other rule it is 1.
AGAIN = 2

# What a deadline leaves open in the record.
DAYS_UNKNOWN = 1
MAY_BE_LATER = 2
NOT_DATED = 3
DOUBTED = 4
DOUBTED_LATER = 5
WHOSE = 6
TOO_OLD = 7
GAVE_WAY = 8
UNBORN = 9

# How a ground is tested, and what the test says.
CLOSURE = 0
WITHIN_PERIOD = 1
ABSENCE = 2
DUE_WITHIN_FORCE = 3
NAMED = 4

HOLDS = 0
NO_END = 1
TOO_SHORT = 2
BEGAN_LATER = 3
NOT_ASKED = 4
OUTSIDE = 5
OUT_OF_FORCE = 6
NO_REASON = 7
NO_LIMIT = 8
BEFORE_CLOCK = 9
AFTER_ACT = 10
WAS_OPEN = 11

# What is noted of an exception while deadlines are judged.
CONSIDERED = 1
HELD = 2
WANTED = 4
HELD_WITHOUT_END = 8

# The fields of a fact that hold days.
ON = 0
UNTIL = 1

# The columns of a row. A place is that of a fact, -1 for none; WHOM is that of the fact whose party the row concerns.
# OUTGROWN is the last day of somebody's age on which the clock could run, where that ended it, and -1 otherwise.
# EXCUSES has a bit for each use of a ground whose facts hold, and is -1 where no exception was recorded on any;
# CONTESTED has one for each reading of the version by which it would come out otherwise whether the limit was broken.
RULE = 0
VERSION = 1
STARTED = 2
STOP = 3
RUN = 4
SUPERSEDED = 5
WHOM = 6
BASE = 7
LAST = 8
DONE_AT = 9
IMPLIED_AT = 10
ENDED_AT = 11
RESUMED_AT = 12
STATUS = 13
EXCUSES = 14
KEPT_OPEN_BY = 15
KEPT_OPEN_TO = 16
LEAVES_OPEN = 17
CONTESTED = 18
OUTGROWN = 19
COLUMNS = 20

NOBODY = -1
ANYBODY = -2
MANY_TO_ASK = 256
FEW = 8
"""Up to so many runs of a clock are followed fact by fact; of more, each goes from fact to fact that matters."""
MANY_SPELLS = 31


class Law:
    """A rulebook as tables. `ehcp_flow.engine.rulebook` says what each holds."""

    def __init__(self, tables):
        for name, table in tables.items():
            setattr(self, name, table)


class Days:
    """What the law's ways of counting give for each day: `ehcp_flow.engine.counted_days` works it out when wanted."""

    def __init__(self, tables):
        for name, table in tables.items():
            setattr(self, name, table)


class Facts:
    """The facts of cases that count on a day, in the order of the law; `bounds` says where each case begins."""

    def __init__(self, columns):
        for name, column in columns.items():
            setattr(self, name, column)


class Found:
    """The rows that come out, and the working space of one case at a time."""

    def __init__(self, space):
        for name, each in space.items():
            setattr(self, name, each)


def judge(law, days, facts, found, case, cases):
    """Judge one case after another, and return the number of the first that was not judged.

    It stops where the rows are full (`needed` is what the next case may take), and where a day was wanted that nobody
    has counted (`wanted`) or that cannot be counted (`beyond`).
    """
    while case < cases:
        first_row = found.rows
        lay_out(law, days, facts, found, facts.bounds[case], facts.bounds[case + 1])
        if found.needed > found.capacity - first_row:
            return case
        now = found.case
        found.unsaid = facts.declared[case] * (law.named_roles + law.limits)
        for clock in range(law.clocks):
            if found.clock_case[clock] == now:
                judge_clock(law, days, facts, found, clock)
        if found.wanted or found.beyond >= 0:
            take_back(found, first_row)
            return case
        case += 1
    return case


def lay_out(law, days, facts, found, low, high):
    """Make the working space ready for a case: which clocks may run, and where facts lie that are often looked for."""
    found.case += 1
    found.low = low
    found.high = high
    found.exceptions = 0
    found.asked = 0
    found.born = NO_DAY
    found.kept = NO_DAY
    found.gone = -1
    found.inside = 0
    found.strays = 0
    found.shuts = 0
    for place in range(low, high):
        found.shuts |= law.key_shuts[facts.key[place]]
    pairs = 0
    needed = 0
    begins = 0
    for place in range(low, high):
        key = facts.key[place]
        if law.key_turns[key]:
            key = take(law, days, facts, found, key, place)
        facts.taken[place] = key
        facts.whose[place] = facts.party[place]
        if law.key_pairs[key] and facts.party[place] == NOBODY:
            pairs = 1
        begins |= law.key_begins[key]
        needed += law.key_rows[key]
        for at in range(law.key_clocks_at[key], law.key_clocks_at[key + 1]):
            clock = law.key_clocks[at]
            if found.clock_case[clock] != found.case:
                found.clock_case[clock] = found.case
                found.clock_first[clock] = place
        kind = law.key_kind[key]
        if kind:
            keep(law, facts, found, kind, place)
    found.begins = begins
    found.needed = needed
    if pairs:
        for clock in range(law.clocks):
            if law.clock_flags[clock] & BY_PARTY and found.clock_case[clock] == found.case:
                pair(law, facts, found, clock)


def pair(law, facts, found, clock):
    """Give an act without a party that of the one duty that is open, and a duty without one that of the one act.

    Where several are open it stays as it is, and is counted as a stray.
    """
    roles = clock * law.keys
    found.tick += 1
    open_ = 0
    total = 0
    for place in range(found.clock_first[clock], found.high):
        role = law.pair_roles[roles + facts.taken[place]]
        if not role:
            continue
        party = facts.whose[place] + 1
        if role & START:
            if found.party_tick[party] != found.tick:
                found.party_tick[party] = found.tick
                open_ += 1
                total += party
            found.party_first[party] = place
        elif role & END:
            found.tick += 1
            open_ = 0
            total = 0
        else:
            if found.party_tick[party] != found.tick:
                if open_ == 1 and party == 0:
                    party = total
                    facts.whose[place] = party - 1
                elif open_ == 1 and found.party_tick[0] == found.tick:
                    facts.whose[found.party_first[0]] = party - 1
                    party = 0
                elif open_ and party == 0:
                    found.strays += 1
            if found.party_tick[party] == found.tick:
                found.party_tick[party] = 0
                open_ -= 1
                total -= party


def take(law, days, facts, found, key, place):
    """Return what a fact is taken as, by the spells that it lies in; and note which of those it begins and ends."""
    day = facts.on[place]
    if found.born != NO_DAY or found.kept != NO_DAY:
        outgrow(law, days, found, day)
    way = law.turned_at[key]
    bit = 1
    for at in range(law.asks_at[key], law.asks_at[key + 1]):
        if is_inside(law, days, facts, found, law.asks[at], place):
            way += bit
        bit += bit
    key = law.turned[way]
    found.inside = found.inside & ~law.key_shuts[key] | law.key_opens[key]
    for at in range(law.timed_at[key], law.timed_at[key + 1]):
        found.since[law.timed[at]] = day_of(law, facts, law.since_fields[law.timed[at]], place)
    return key


def outgrow(law, days, found, day):
    """Note which ages somebody has come to by a day."""
    for age in range(law.ages):
        over = too_old_from(days, found, law.age_turns[age], law.age_kept[age])
        if over != NO_DAY and day >= over:
            found.inside |= law.mark_bits[law.age_mark[age]]


def is_inside(law, days, facts, found, mark, place):
    """Return whether a fact lies in a spell, or is one of the party that counts as one."""
    if law.mark_party[mark] >= 0:
        return facts.party[place] == law.mark_party[mark]
    if law.mark_ahead[mark]:
        return found.shuts & law.mark_bits[mark] != 0 and is_ended_next(law, facts, found, mark, place)
    return found.inside & law.mark_bits[mark] != 0 and not is_over(law, days, found, mark, facts.on[place])


def is_ended_next(law, facts, found, mark, place):
    """Return whether the next fact that begins a spell or ends it ends it, by the day asked and in its time."""
    later = place + 1
    while later < found.high and facts.on[later] <= facts.as_of:
        key = facts.key[later]
        if (law.key_shuts[key] | law.key_opens[key]) & law.mark_bits[mark]:
            if facts.on[later] - facts.on[place] > law.lasts[mark]:
                return False
            return law.key_shuts[key] & law.mark_bits[mark] != 0
        later += 1
    return False


def is_over(law, days, found, mark, day):
    """Return whether a spell that lasts for some time has run out by a day."""
    if law.lasts_to[mark] >= 0:
        last = counted(days, found, law.lasts_to[mark], found.since[mark])
        return last != NO_DAY and day > last
    return day - found.since[mark] > law.lasts[mark]


def too_old_from(days, found, turns, kept):
    """Return the first day on which somebody is too old for something, NO_DAY where nobody knows.

    That is a birthday, or the day after the last for which a plan was kept, if that comes first.
    """
    over = NO_DAY
    if found.born != NO_DAY:
        over = counted(days, found, turns, found.born)
    if kept and found.kept != NO_DAY and (over == NO_DAY or found.kept < over):
        over = found.kept + 1
    return over


def keep(law, facts, found, kind, place):
    """Keep the place of a fact that is looked for again and again."""
    if kind == EXCEPTION:
        found.exception[found.exceptions] = place
        found.exceptions += 1
        found.noted[place] = 0
    elif kind == BIRTH:
        found.born = facts.on[place]
    elif kind == ENDS_ALL:
        found.gone = place
    elif kind == KEPT_UNTIL:
        if is_filled(law, facts, law.kept_fields, place):
            found.kept = day_of(law, facts, law.kept_fields, place)
    else:
        found.advice[found.asked] = place
        found.asked += 1


def take_back(found, first_row):
    """Drop the rows of a case that has to be judged again."""
    for row in range(first_row, found.rows):
        for column in range(COLUMNS):
            found.out[column * found.capacity + row] = -1
    found.rows = first_row


# Days


def counted(days, found, table, day):
    """Return what a way of counting gives for a day; where nobody has worked that out yet, say that it is wanted."""
    shift = days.shift[table]
    if shift != UNCOUNTED:
        return day + shift
    at = day - days.first
    if at < 0 or at >= days.span:
        result = BEYOND
    else:
        result = days.day[days.at[table] + at] if days.at[table] >= 0 else UNCOUNTED
    if result == UNCOUNTED:
        if found.wanted < found.most_wanted:
            found.want[2 * found.wanted] = table
            found.want[2 * found.wanted + 1] = day
            found.wanted += 1
        return NO_DAY
    if result == BEYOND:
        if found.beyond < 0:
            found.beyond = table
            found.beyond_day = day
        return NO_DAY
    return result


def counted_for(days, facts, found, table, party, day):
    """Return the same, where the count may depend on when the party is open."""
    if days.by_institution[table] >= 0:
        table = days.by_institution[table] + facts.institution[party + 1]
    return counted(days, found, table, day)


def day_of(law, facts, fields, place):
    """Return the first of the fact's days that is filled; `on` always is."""
    for at in range(law.fields_at[fields], law.fields_at[fields + 1]):
        field = law.fields[at]
        if field == ON:
            break
        if facts.field_at[field] >= 0:
            day = facts.days[facts.field_at[field] + place]
            if day != NO_DAY:
                return day
    return facts.on[place]


def is_filled(law, facts, fields, place):
    """Return whether any of these days of a fact is filled."""
    for at in range(law.fields_at[fields], law.fields_at[fields + 1]):
        field = law.fields[at]
        if field == ON:
            return True
        if facts.field_at[field] >= 0 and facts.days[facts.field_at[field] + place] != NO_DAY:
            return True
    return False


def until_of(facts, place):
    """Return the last day of a period, NO_DAY where it has none."""
    if facts.field_at[UNTIL] < 0:
        return NO_DAY
    return facts.days[facts.field_at[UNTIL] + place]


# Facts before and after a place


def begun(law, facts, found, spell, place):
    """Return the fact that began the spell of the case's life around a place, or -1 outside it."""
    if spell < MANY_SPELLS and not found.begins >> spell & 1:
        return -1
    if found.spell_case[spell] != found.case:
        surround(law, facts, found, spell)
    return found.around[spell * found.width + place - found.low]


def surround(law, facts, found, spell):
    """Work out for every place of the case which fact began the spell around it."""
    found.spell_case[spell] = found.case
    if law.spell_ahead[spell]:
        look_ahead(law, facts, found, spell)
        return
    shunned = law.spell_unless[spell]
    at = spell * found.width
    roles = spell * law.keys
    now = -1
    for place in range(found.low, found.high):
        found.around[at + place - found.low] = now
        role = law.spell_roles[roles + facts.taken[place]]
        if role & END:
            now = -1
        elif role & START and (shunned < 0 or begun(law, facts, found, shunned, place + 1) < 0):
            now = place
    found.around[at + found.high - found.low] = now


def look_ahead(law, facts, found, spell):
    """Do the same where the spell is known by the fact that ends it: from the one before that, or the very first."""
    at = spell * found.width
    roles = spell * law.keys
    now = -1
    found.around[at + found.high - found.low] = now
    for back in range(found.high - found.low):
        place = found.high - 1 - back
        role = law.spell_roles[roles + facts.taken[place]]
        if role & END:
            now = place
        found.around[at + place - found.low] = now
        if role & START:
            now = -1


def next_of(law, facts, found, mask, start, stop):
    """Return the first fact of a set from a place to before another, or -1. Asked in order, each fact is read once."""
    if found.next_case[mask] != found.case or not found.next_from[mask] <= start <= found.next_at[mask]:
        at = mask * law.keys
        place = start
        while place < found.high and not law.masks[at + facts.taken[place]]:
            place += 1
        found.next_case[mask] = found.case
        found.next_from[mask] = start
        found.next_at[mask] = place
    place = found.next_at[mask]
    return place if place < stop else -1


def last_of(law, facts, found, mask, stop):
    """Return the last fact of a set before a place, or -1. Asked in order, each fact is read once."""
    at = mask * law.keys
    known = found.low
    result = -1
    if found.last_case[mask] == found.case and found.last_from[mask] <= stop:
        known = found.last_from[mask]
        result = found.last_at[mask]
    for place in range(known, stop):
        if law.masks[at + facts.taken[place]]:
            result = place
    found.last_case[mask] = found.case
    found.last_from[mask] = stop
    found.last_at[mask] = result
    return result


# The runs of a clock


def judge_clock(law, days, facts, found, clock):
    """Follow a clock through the case, and judge each of its runs by each rule that hangs on it."""
    during = law.clock_during[clock]
    if 0 <= during < MANY_SPELLS and not found.begins >> during & 1:
        return
    found.runs = 0
    found.over_of_aged = NO_DAY
    found.over_of_others = NO_DAY
    aged = found.born != NO_DAY or found.kept != NO_DAY
    if aged and law.clock_turns[clock] >= 0:
        found.over_of_aged = too_old_from(days, found, law.clock_turns[clock], law.clock_kept[clock])
    if aged and law.clock_turns_others[clock] >= 0:
        found.over_of_others = too_old_from(days, found, law.clock_turns_others[clock], law.clock_kept_others[clock])
    if law.clock_flags[clock] & BY_PARTY:
        follow_parties(law, facts, found, clock)
    else:
        first = found.low if law.clock_flags[clock] & FORETOLD else found.clock_first[clock]
        add_runs(law, facts, found, clock, follow(law, facts, found, clock, first, ANYBODY))
    if found.runs:
        flags = law.clock_flags[clock]
        found.many = found.runs > FEW and flags & SEPARATE and not flags & PARTY_OF_SPELL
        if found.strays and found.runs <= MANY_TO_ASK:
            found.many = False
        for at in range(law.clock_rules_at[clock], law.clock_rules_at[clock + 1]):
            judge_rule(law, days, facts, found, law.clock_rules[at])


def follow_parties(law, facts, found, clock):
    """Follow a clock that is kept by party, each party by itself, and add the runs in the order of their starts."""
    first = found.clock_first[clock]
    roles = clock * law.keys
    found.tick += 1
    if law.clock_flags[clock] & SEPARATE:
        for place in range(first, found.high):
            if law.clock_roles[roles + facts.taken[place]] & STARTS and is_confined(law, facts, found, clock, place):
                chain(facts, found, place)
    else:
        parties = parties_in_order(law, facts, found, clock)
        found.tick += 1
        for which in range(parties):
            place = found.party_first[which]
            for at in range(follow(law, facts, found, clock, place, facts.whose[place])):
                chain(facts, found, found.start[at])
    for place in range(first, found.high):
        at = place - found.low
        if found.chained[at] == found.tick:
            add_run(law, facts, found, clock, place, found.previous[at], found.following[at])


def parties_in_order(law, facts, found, clock):
    """List the first start of each party, and return how many there are."""
    roles = clock * law.keys
    parties = 0
    for place in range(found.clock_first[clock], found.high):
        if law.clock_roles[roles + facts.taken[place]] & STARTS:
            party = facts.whose[place] + 1
            if found.party_tick[party] != found.tick:
                found.party_tick[party] = found.tick
                found.party_first[parties] = place
                parties += 1
    return parties


def chain(facts, found, place):
    """Put a start behind the one before it of the same party."""
    party = facts.whose[place] + 1
    at = place - found.low
    found.previous[at] = found.low - 1
    found.following[at] = -1
    found.chained[at] = found.tick
    if found.party_tick[party] == found.tick:
        found.previous[at] = found.party_last[party]
        found.following[found.party_last[party] - found.low] = place
    found.party_tick[party] = found.tick
    found.party_last[party] = place


def follow(law, facts, found, clock, first, party):
    """List the facts that start a run, and return how many there are.

    None does while the clock runs, unless it restarts it, or each start has a run of its own. Where the start tells of
    a day to come, what ended the run before that day is kept too: the run was there, and is over.
    """
    roles = clock * law.keys
    separate = law.clock_flags[clock] & SEPARATE
    ahead = law.clock_flags[clock] & FORETOLD
    before = -1
    starts = 0
    running = False
    over = False
    for place in range(first, found.high):
        role = law.clock_roles[roles + facts.taken[place]]
        if not role:
            continue
        if role & STARTS:
            if party != ANYBODY and facts.whose[place] != party:
                continue
            if not (separate or not running or role & RESTART):
                continue
            confined = is_confined(law, facts, found, clock, place)
            if confined or before >= 0:
                found.start[starts] = place
                found.before[starts] = -1 if confined else before
                starts += 1
                running = True
                over = False
        elif role & RESUME_INSIDE and begun(law, facts, found, law.clock_inside[clock], place) >= 0:
            running = starts > 0 and not over
        elif role & END:
            running = False
            if role & FINAL:
                over = True
            if ahead and is_confined(law, facts, found, clock, place):
                before = place
        elif role & RESUME and starts:
            running = not over
    return starts


def is_confined(law, facts, found, clock, place):
    """Return whether a start lies inside the spell that the clock asks for, and outside each that it shuns."""
    if law.clock_during[clock] >= 0 and begun(law, facts, found, law.clock_during[clock], place) < 0:
        return False
    over = over_for(law, facts, found, clock, place)
    if over != NO_DAY and facts.on[place] >= over:
        return False
    for at in range(law.clock_unless_at[clock], law.clock_unless_at[clock + 1]):
        if begun(law, facts, found, law.spells[at], place) >= 0:
            return False
    return True


def over_for(law, facts, found, clock, place):
    """Return the first day on which somebody is too old for what a fact starts, NO_DAY where none is known."""
    aged = law.clock_aged[clock]
    if aged < 0 or law.masks[aged * law.keys + facts.taken[place]]:
        return found.over_of_aged
    return found.over_of_others


def add_runs(law, facts, found, clock, starts):
    """Add a run for each start that was listed."""
    previous = found.low - 1
    for which in range(starts):
        start = found.start[which]
        add_run(law, facts, found, clock, start, previous, found.start[which + 1] if which + 1 < starts else -1)
        found.run_before[which] = found.before[which]
        previous = start


def add_run(law, facts, found, clock, start, previous, follows):
    """Add a run: how far it reaches, what starts the next in its stead, and whom it concerns."""
    flags = law.clock_flags[clock]
    run = found.runs
    found.run_start[run] = start
    found.run_previous[run] = previous
    if flags & SEPARATE:
        found.run_end[run] = -1
        found.run_stop[run] = follows if flags & OWN_ACTS and follows >= 0 else found.high
    else:
        found.run_end[run] = follows
        found.run_stop[run] = follows + 1 if follows >= 0 else found.high
    found.run_over[run] = over_for(law, facts, found, clock, start)
    if found.run_over[run] != NO_DAY:
        stop = first_on(facts, start, found.high, found.run_over[run])
        if stop < found.run_stop[run]:
            found.run_stop[run] = stop
            found.run_end[run] = -1
    found.run_whom[run] = start
    found.run_before[run] = -1
    if flags & PARTY_OF_SPELL:
        found.run_whom[run] = begun(law, facts, found, law.clock_during[clock], start)
    found.runs = run + 1


# One rule on the runs of its clock


def judge_rule(law, days, facts, found, rule):
    """Judge every run of the clock by one rule: one row each, unless the rule is not there for it."""
    narrowed = law.rule_flags[rule] & NARROWED
    selective = law.rule_flags[rule] & SELECTIVE
    found.unborn = 0
    only = law.rule_only[rule]
    fields = law.rule_fields[rule]
    many = (
        found.many
        and not law.rule_flags[rule] & AS_NAMED
        and (law.rule_looks_back[rule] < 0 or not law.rule_flags[rule] & PER_PARTY)
    )
    if many:
        find_what_matters(law, facts, found, rule)
    looks_back = law.rule_looks_back[rule] >= 0 and not law.rule_flags[rule] & PER_PARTY
    found.spent = -1
    for run in range(found.runs):
        if looks_back and run:
            spend(law, facts, found, rule, run - 1)
        start = found.run_start[run]
        if only >= 0 and not law.masks[only * law.keys + facts.taken[start]]:
            continue
        if narrowed and not is_meant(law, days, facts, found, rule, run):
            continue
        found.over = found.run_over[run]
        base = day_of(law, facts, fields, start) if fields else facts.on[start]
        if selective:
            version = version_for(law, days, facts, found, rule, run, base)
            if version == NOT_THERE:
                continue
        else:
            version = version_on(law, rule, base)
        if version >= 0:
            judge_version(law, days, facts, found, rule, version, run, base, many)
        elif what_happened(law, days, facts, found, rule, run, base, NO_DAY, many):
            write(found, rule, -1, run, base, NO_DAY, NO_LAW)


def version_on(law, rule, day):
    """Return the version of a rule that was in force on a day, or -1."""
    for version in range(law.rule_versions_at[rule], law.rule_versions_at[rule + 1]):
        if law.version_from[version] <= day <= law.version_to[version]:
            return version
    return NO_VERSION


def version_for(law, days, facts, found, rule, run, base):
    """Return the version of a rule that applies to a run, where cohorts decide it; NOT_THERE: the rule is for others.

    A version with a transitional clause applies to those of its cohorts, whenever their clock started, and leaves all
    others to the version before it. Where nobody knows who is one, the day decides, and the row has no last day.
    """
    start = found.run_start[run]
    stop = found.run_stop[run]
    of = are_of(law, days, facts, found, law.rule_cohorts_at[rule], law.rule_cohorts_at[rule + 1], start, stop, base)
    if of == NOT_OF:
        return NOT_THERE
    first = law.rule_versions_at[rule]
    version = law.rule_versions_at[rule + 1] - 1
    spared = 0
    while version >= first:
        low = law.version_cohorts_at[version]
        high = law.version_cohorts_at[version + 1]
        told = UNKNOWN
        if low < high:
            told = are_of(law, days, facts, found, low, high, start, stop, base)
            if told == UNKNOWN:
                of = UNKNOWN
        if told == OF or (told == UNKNOWN and law.version_from[version] <= base):
            break
        if low < high:
            spared = 1
        version -= 1
    found.unborn = of == UNKNOWN
    if found.unborn and is_told_already(law, found, rule, start):
        return NOT_THERE
    if version < first or (base > law.version_to[version] and not spared):
        return NO_VERSION
    return version


def are_of(law, days, facts, found, first, last, start, stop, base):
    """Return whether a run is one of each of some cohorts."""
    answer = OF
    for cohort in range(first, last):
        of = is_of(law, days, facts, found, cohort, start, stop, base)
        if of == NOT_OF:
            return NOT_OF
        if of == UNKNOWN:
            answer = UNKNOWN
    return answer


def is_of(law, days, facts, found, cohort, start, stop, base):
    """Return whether a run is one of a cohort: by the day that tells it, and the age of the child on it."""
    if law.cohort_turns[cohort] >= 0 and found.born == NO_DAY:
        return UNKNOWN
    day = day_of_cohort(law, days, facts, found, cohort, start, stop, base)
    if day == NO_DAY or day < law.cohort_from[cohort] or day >= law.cohort_before[cohort]:
        return NOT_OF
    from_age = law.cohort_from_age[cohort]
    under_age = law.cohort_under_age[cohort]
    if from_age < 0 and under_age < 0:
        return OF
    if found.born == NO_DAY:
        return UNKNOWN
    if from_age >= 0 and day < counted(days, found, from_age, found.born):
        return NOT_OF
    if under_age >= 0 and day >= counted(days, found, under_age, found.born):
        return NOT_OF
    return OF


def day_of_cohort(law, days, facts, found, cohort, start, stop, base):
    """Return the day by which a cohort is told, NO_DAY where no fact gives it."""
    if law.cohort_turns[cohort] >= 0:
        return counted(days, found, law.cohort_turns[cohort], found.born)
    if law.cohort_begun[cohort] >= 0:
        place = last_of(law, facts, found, law.cohort_begun[cohort], start + 1)
    elif law.cohort_followed[cohort] >= 0:
        place = next_of(law, facts, found, law.cohort_followed[cohort], start + 1, stop)
    else:
        return base
    return facts.on[place] if place >= 0 else NO_DAY


def is_told_already(law, found, rule, start):
    """Return whether it is noted of another rule of the limit that a birth is not on record: once is enough."""
    size = found.capacity
    row = found.rows - 1
    while row >= 0 and found.out[STARTED * size + row] >= found.low:
        if (
            found.out[LEAVES_OPEN * size + row] == UNBORN
            and found.out[STARTED * size + row] == start
            and law.rule_limit[found.out[row]] == law.rule_limit[rule]
        ):
            return True
        row -= 1
    return False


def judge_version(law, days, facts, found, rule, version, run, base, many):
    """Judge one run by the version of a rule that applies to it."""
    flags = law.rule_flags[rule]
    kind = law.version_flags[version]
    window = kind & WINDOW
    unsure = False
    found.awaited = -1
    if kind & LATER_OF:
        unsure = later_of(law, days, facts, found, version, run, base)
        base = found.base
        last = found.last
    else:
        way = law.count_table[law.version_counts_at[version]]
        shift = days.shift[way]
        if shift != UNCOUNTED:
            last = base + shift
        else:
            last = counted_for(days, facts, found, way, facts.whose[found.run_whom[run]], base)
    if kind & ROLLED and last != NO_DAY:
        last = counted(days, found, law.version_roll[version], last)
    if found.unborn:
        last = NO_DAY
    if flags & CONDITIONAL and not is_there(law, days, facts, found, rule, last):
        return
    kept_open_by = -1
    kept_open_to = -1
    if window and last != NO_DAY and law.version_kept_open[version] >= 0:
        kept_open_by = next_of(
            law, facts, found, law.version_kept_open[version], found.run_start[run] + 1, found.run_stop[run]
        )
        if kept_open_by >= 0 and facts.on[kept_open_by] > last and found.awaited < 0:
            kept_open_by = -1
        if kept_open_by >= 0:
            unsure = False
            kept_open_to = kept_until(
                law, facts, rule, version, law.version_kept_to[version], kept_open_by + 1, found.run_stop[run],
                last if found.awaited < 0 else NEVER,
            )  # fmt: skip
            last = NO_DAY if kept_open_to < 0 else facts.on[kept_open_to] - 1
    if not what_happened(law, days, facts, found, rule, run, base, last, many):
        return
    if window and unsure and found.awaited >= 0 and (found.done < 0 or facts.on[found.done] > last):
        # What may still come moves the end of the time: nobody can say yet until when it is protected.
        kept_open_by = found.awaited
        last = NO_DAY
    end = found.run_end[run]
    if window:
        status = status_of_window(facts, found, flags, end, last, kept_open_by >= 0, unsure)
    else:
        status = status_of(law, facts, found, rule, flags, end, last, unsure)
    if found.unsaid >= 0 and is_unsaid(law, facts, found, rule, window, run, status):
        write(found, rule, version, run, base, last, UNRECORDED)
        if found.exceptions and last != NO_DAY:
            excuse(law, days, facts, found, found.rows - 1)
        return
    missed = is_missed(status)
    gave_way_to = gives_way(law, facts, found, rule, last) if missed else -1
    if gave_way_to >= 0:
        status = LAPSED
    if found.done < 0 and status == LAPSED and found.other >= 0:
        found.ended = found.other
    row = found.rows
    write(found, rule, version, run, base, last, status)
    if gave_way_to >= 0:
        found.out[DONE_AT * found.capacity + row] = -1
        found.out[ENDED_AT * found.capacity + row] = gave_way_to
        found.out[LEAVES_OPEN * found.capacity + row] = GAVE_WAY
    if is_outgrown(facts, found, end) and (status == LAPSED or status == OVERTAKEN):
        found.out[OUTGROWN * found.capacity + row] = found.over - 1
    if kept_open_by >= 0:
        found.out[KEPT_OPEN_BY * found.capacity + row] = kept_open_by
        found.out[KEPT_OPEN_TO * found.capacity + row] = kept_open_to
    if found.exceptions and last != NO_DAY and law.rule_uses_at[rule] < law.rule_uses_at[rule + 1]:
        excuse(law, days, facts, found, row)
    if (
        (last != NO_DAY or kept_open_by >= 0)
        and not unsure
        and law.version_readings_at[version] < law.version_readings_at[version + 1]
    ):
        contest(law, days, facts, found, row, run, missed)
    if last == NO_DAY or status == UNDATED or unsure:
        open_ = left_open(found, last, status, unsure and found.awaited < 0, kept_open_by)
        if open_:
            found.out[LEAVES_OPEN * found.capacity + row] = open_
    if found.strays and found.stray >= 0 and found.done < 0 and (status == OPEN or status == OVERDUE):
        found.out[LEAVES_OPEN * found.capacity + row] = WHOSE
    if law.rule_asks_turns[rule] >= 0 and is_age_asked(law, days, facts, found, rule, row, status):
        found.out[LEAVES_OPEN * found.capacity + row] = TOO_OLD
    if flags & DOUBTFUL and not found.unborn:
        if found.later >= 0 and facts.on[found.later] > last:
            found.out[LEAVES_OPEN * found.capacity + row] = DOUBTED_LATER
        elif is_doubted(law, facts, found, rule, last, status):
            found.out[LEAVES_OPEN * found.capacity + row] = DOUBTED


def kept_until(law, facts, rule, version, ends, first, stop, last):
    """Return the fact that ends for good what keeps a window open, or -1: before the act it may begin again.

    It does by a fact of its own, or in the time that the window has without it, which ends with `last`.
    """
    ends *= law.keys
    again = law.version_kept_again[version] * law.keys
    begins = law.version_kept_open[version] * law.keys
    roles = rule * law.keys
    ended = -1
    for place in range(first, stop):
        key = facts.taken[place]
        if ended < 0:
            if law.masks[ends + key]:
                ended = place
        elif law.rule_roles[roles + key] & DONE:
            break
        elif law.masks[again + key] or (law.masks[begins + key] and facts.on[place] <= last):
            ended = -1
    return ended


def write(found, rule, version, run, base, last, status):
    """Write one row."""
    at = found.rows
    size = found.capacity
    found.out[at] = rule
    found.out[size + at] = version
    found.out[STARTED * size + at] = found.run_start[run]
    found.out[STOP * size + at] = found.run_stop[run]
    found.out[RUN * size + at] = run
    found.out[SUPERSEDED * size + at] = found.run_end[run]
    found.out[WHOM * size + at] = found.run_whom[run]
    found.out[BASE * size + at] = base
    found.out[LAST * size + at] = last
    found.out[DONE_AT * size + at] = found.done
    found.out[IMPLIED_AT * size + at] = found.implied
    found.out[ENDED_AT * size + at] = found.ended
    found.out[RESUMED_AT * size + at] = found.resumed
    found.out[STATUS * size + at] = status
    found.rows = at + 1


def is_meant(law, days, facts, found, rule, run):
    """Return whether the starting fact is as the rule asks: foreseen so long or not, of whom, in time, and when."""
    start = found.run_start[run]
    if law.rule_flags[rule] & AS_NAMED and (facts.limit[start] < 0 or facts.limit[start] == law.rule_limit[rule]):
        return False
    if law.rule_where[rule] >= 0 and not is_foreseen(law, days, facts, found, law.rule_where[rule], start):
        return False
    if law.rule_where_not[rule] >= 0 and is_foreseen(law, days, facts, found, law.rule_where_not[rule], start):
        return False
    party = facts.whose[start]
    if law.rule_by_party[rule] >= 0 and not is_among(law, law.rule_by_party[rule], party):
        return False
    if law.rule_not_by_party[rule] >= 0 and is_among(law, law.rule_not_by_party[rule], party):
        return False
    if law.rule_by_body[rule] and not law.rule_by_body[rule] >> facts.body[start] & 1:
        return False
    if law.rule_in_time[rule] >= 0 and not came_in_time(law, days, facts, found, law.rule_in_time[rule], run):
        return False
    for at in range(law.rule_not_during_at[rule], law.rule_not_during_at[rule + 1]):
        if begun(law, facts, found, law.spells[at], start) >= 0:
            return False
    return True


def is_among(law, parties, party):
    """Return whether a party is one of those that the law names."""
    return 0 <= party < law.parties and law.party_sets[parties * law.parties + party]


def is_foreseen(law, days, facts, found, condition, place):
    """Return whether a date of the fact lies long enough before its day."""
    latest = counted(days, found, law.foreseen_table[condition], facts.on[place])
    return latest != NO_DAY and day_of(law, facts, law.foreseen_fields[condition], place) <= latest


def came_in_time(law, days, facts, found, condition, run):
    """Return whether something came within a time after something else; it did where the record lacks that."""
    start = found.run_start[run]
    after = last_of(law, facts, found, law.in_time_after[condition], start)
    if after < 0:
        return True
    last = counted_for(
        days, facts, found, law.in_time_table[condition], facts.whose[found.run_whom[run]], facts.on[after]
    )
    if last == NO_DAY:
        return True
    first = next_of(law, facts, found, law.in_time_first[condition], after + 1, start + 1)
    return first >= 0 and facts.on[first] <= last


def is_there(law, days, facts, found, rule, last):
    """Return whether the child is under the rule's age, and what it is about was there, by the last lawful day."""
    if law.rule_under_age[rule] >= 0:
        if found.born == NO_DAY or last == NO_DAY:
            return False
        birthday = counted(days, found, law.rule_under_age[rule], found.born)
        if last >= birthday:
            return False
    if law.rule_owed_if_by_due[rule] < 0 or last == NO_DAY:
        return True
    first = next_of(law, facts, found, law.rule_owed_if_by_due[rule], found.low, found.high)
    return first < 0 or facts.on[first] <= last


def counted_from(law, facts, found, count, start, stop):
    """Return the fact that gives the day from which a period is counted, or -1 where the record has none."""
    if law.count_flags[count] & FROM_FACT:
        return next_of(law, facts, found, law.count_mask[count], start + 1, stop)
    if law.count_flags[count] & FROM_BIRTH:
        return last_of(law, facts, found, law.count_mask[count], start + 1)
    if law.count_flags[count] & FROM_FIELDS and not is_filled(law, facts, law.count_fields[count], start):
        return last_of(law, facts, found, law.count_mask[count], start)
    return start


def fields_of(law, count, place, start):
    """Return the days of that fact from which the period is counted, the first that is filled."""
    if law.count_flags[count] & FROM_FIELDS and place != start and not law.count_flags[count] & FROM_FACT:
        return 0
    return law.count_fields[count]


def later_of(law, days, facts, found, version, run, base):
    """Find the later of several last days, and what it was counted from; return whether the true one may be later."""
    start = found.run_start[run]
    unsure = False
    found.last = NO_DAY
    found.base = NO_DAY
    first = NO_DAY
    for count in range(law.version_counts_at[version], law.version_counts_at[version + 1]):
        place = counted_from(law, facts, found, count, start, found.run_stop[run])
        if place < 0:
            if law.count_flags[count] & NEEDED_COUNT:
                unsure = True
            elif law.count_awaited[count] >= 0:
                found.awaited = awaited_since(law, days, facts, found, count, run, base)
                unsure = unsure or found.awaited >= 0
            continue
        day = day_of(law, facts, fields_of(law, count, place, start), place)
        last = counted_for(days, facts, found, law.count_table[count], facts.whose[found.run_whom[run]], day)
        if law.count_flags[count] & FROM_BIRTH:
            # What is told of a deadline begins with its clock, and not with a birth.
            day = base
        if first == NO_DAY:
            first = day
        if last > found.last:
            found.last = last
            found.base = day
    if found.base == NO_DAY:
        found.base = base if first == NO_DAY else first
    return unsure


def awaited_since(law, days, facts, found, count, run, base):
    """Return the fact, in its time, which shows that what a period counts from may still come, or -1."""
    if found.run_stop[run] < found.high:
        return -1
    place = next_of(law, facts, found, law.count_awaited[count], found.run_start[run] + 1, found.high)
    if place >= 0 and facts.on[place] > counted(days, found, law.count_awaited_by[count], base):
        place = -1
    return place


# What happened to a rule while its clock ran


def what_happened(law, days, facts, found, rule, run, base, last, many):
    """Find the facts that discharged a rule, implied it, ended it, answered it otherwise, or set its clock going again.

    Return whether the rule is there: not if a fact that it waits for never came, or came too late.
    """
    flags = law.rule_flags[rule]
    roles = rule * law.keys
    party = facts.whose[found.run_whom[run]]
    start = found.run_start[run]
    by_party = flags & PER_PARTY
    if flags & AS_NAMED:
        roles = (law.named_roles + facts.limit[start]) * law.keys
        by_party = party != NOBODY and law.limit_by_party[facts.limit[start]]
    stop = found.run_stop[run]
    first = start + 1
    since = NO_DAY
    if law.rule_looks_back[rule] >= 0:
        since = counted(days, found, law.rule_looks_back[rule], base)
        first = first_on(facts, found.run_previous[run] + 1, start, since)
        if last >= facts.on[start]:
            first = not_undone(law, facts, found, rule, first, start)
    if 0 <= found.run_before[run] < first:
        # What ended it came before its time began.
        return False
    done = -1
    latest = -1
    implied = -1
    ended = -1
    after = -1
    other = -1
    resumed = -1
    owed = -1
    bites = -1
    part = -1
    own = -1
    dated = -1
    later = -1
    stray = -1
    settled = False
    over = False
    if flags & TAKES_BACK:
        ended = taken_back_at_once(law, facts, found, rule, run)
        over = ended >= 0
    needed = flags & NEEDS
    if needed and law.rule_needs_from[rule] >= 0:
        needed = law.masks[law.rule_needs_from[rule] * law.keys + facts.taken[start]]
    for_good = flags & DONE_FOR_GOOD
    late = flags & IN_TIME and last != NO_DAY
    place = first
    if many:
        place = first_that_matters(found, flags & PER_PARTY, start, first)
    while place < stop:
        role = law.rule_roles[roles + facts.taken[place]]
        if role:
            inside = 0
            if role & SELDOM:
                if role & TAKEN_BACK and flags & PER_PARTY and facts.whose[place] != party:
                    role &= ~(LAPSE | FINAL)
                if role & NAMED_AGAIN and not is_named_again(facts, start, place):
                    role = 0
                if role & NEEDED:
                    if needed and (done >= 0 or implied >= 0 or other >= 0 or (ended >= 0 and not role & RESUME)):
                        return False
                    needed = 0
                if role & OWED and owed < 0 and place > start:
                    owed = place
                if role & SHOWS_OWED and bites < 0 and place > start:
                    bites = place
                if role & RESUME_INSIDE and begun(law, facts, found, law.rule_inside[rule], place) >= 0:
                    inside = 1
                elif role & FINAL:
                    over = True
            if role & LAPSE and not inside:
                if done >= 0:
                    if after < 0:
                        after = place
                elif ended < 0:
                    ended = place
            elif ended >= 0:
                if (role & RESUME or inside) and not over and not (late and facts.on[place] > last):
                    ended = -1
                    resumed = place
                elif role & AFTER_ALL and law.rule_roles[roles + facts.taken[ended]] & NEVER_OWED:
                    ended = -1
            elif by_party and facts.whose[place] != party:
                if role & DONE and facts.whose[place] == NOBODY:
                    stray = place
            elif not settled:
                if role & PARTS:
                    for_now = done >= 0 and law.rule_roles[roles + facts.taken[done]] & FOR_NOW
                    if role & FIRST and done >= 0 and place > start:
                        # Another review: what comes now answers that one.
                        break
                    if role & FIRST and own < 0:
                        own = place
                    if role & FIRST_BY_DATE and reviewed_since(law, facts, rule, place, since):
                        role |= FIRST | DONE
                        dated = place
                    if role & FIRST and part < 0:
                        part = place
                    if role & AFTER_FIRST and part < 0 and not (for_now and role & SHOWS_MORE):
                        role &= ~DONE
                    if for_now and role & SHOWS_MORE:
                        done = -1
                        later = -1
                    elif (
                        for_now
                        and role & MAY_SHOW_MORE
                        and not (done == dated and own >= 0 and facts.on[place] <= last)
                    ):
                        later = place
                        role = 0
                if role & DONE:
                    if done < 0:
                        done = place
                    elif done == dated and own >= 0 and facts.on[place] <= last:
                        # What is done here in time stands before what a date shows of before.
                        done = place
                        part = own
                    elif not needed and not role & PARTS:
                        # Done twice: what is undone from here on is another act.
                        break
                    latest = place
                elif role & UNDONE:
                    # It cancels what was done last, which may have answered a later run and not this one.
                    if done == latest:
                        done = -1
                elif role & OTHER:
                    if other < 0:
                        other = place
                elif role & IMPLIED and done < 0 and facts.on[place] <= facts.as_of:
                    # An act that is recorded after the fact that implies it belongs to a later run.
                    implied = place
                    settled = True
            if not needed:
                if done >= 0:
                    if for_good and not law.rule_roles[roles + facts.taken[done]] & FOR_NOW:
                        break
                elif ended >= 0 and (over or flags & ENDS_FOR_GOOD or (late and facts.on[place] > last)):
                    break
        if many:
            place = next_that_matters(found, flags & PER_PARTY, place, ended >= 0 or settled)
        else:
            place += 1
    if done < 0 and ended < 0 and found.gone >= stop and found.run_end[run] < 0:
        # What starts a clock of the same kind takes the acts, and not what ends everything.
        ended = found.gone
    found.done = done
    found.implied = -1 if done >= 0 else implied
    found.ended = ended
    found.after = after
    found.other = other
    found.resumed = resumed
    found.owed = owed
    found.bites = bites
    found.part = part
    found.later = later
    found.stray = stray
    return not needed


def not_undone(law, facts, found, rule, first, start):
    """Return from where on an act before the start is of this run, where it could still be done after the start too.

    What ended the clock before the start, and what answered an earlier run of it, undo what was done up to then.
    """
    roles = rule * law.keys
    if found.spent >= first:
        first = found.spent + 1
    for place in range(first, start):
        if law.rule_roles[roles + facts.taken[place]] & LAPSE:
            first = place + 1
    return first


def spend(law, facts, found, rule, run):
    """Note the act that answers a run before the next one starts, so that it does not answer that one as well."""
    roles = rule * law.keys
    place = found.run_previous[run] + 1
    if place <= found.spent:
        place = found.spent + 1
    stop = found.run_start[run + 1] if run + 1 < found.runs else place
    while place < stop:
        role = law.rule_roles[roles + facts.taken[place]]
        if role & DONE:
            found.spent = place
            return
        if role & LAPSE and place > found.run_start[run]:
            return
        place += 1


def is_named_again(facts, start, place):
    """Return whether a fact fixes another day for what the start fixed one for, and of the same kind."""
    return facts.taken[place] == facts.taken[start] and facts.limit[place] == facts.limit[start]


def taken_back_at_once(law, facts, found, rule, run):
    """Return the fact that took a request back on the day on which it was made, or -1.

    On one day such a fact stands before the request: where one of that party was open before, it is that one's.
    """
    start = found.run_start[run]
    if found.run_previous[run] >= found.low:
        return -1
    place = start - 1
    while place >= found.low and facts.on[place] == facts.on[start]:
        taken_back = law.rule_roles[rule * law.keys + facts.taken[place]] & TAKEN_BACK
        if taken_back and facts.whose[place] == facts.whose[start]:
            return place
        place -= 1
    return -1


def reviewed_since(law, facts, rule, place, since):
    """Return whether a day that a fact gives lies in the time that a rule looks back over."""
    day = day_of(law, facts, law.rule_part_fields[rule], place)
    return is_filled(law, facts, law.rule_part_fields[rule], place) and since <= day <= facts.on[place]


def is_doubted(law, facts, found, rule, last, status):
    """Return whether what discharged a rule asks for a look: where it came amiss, or without its first part in time."""
    if found.done < 0 or not law.rule_roles[rule * law.keys + facts.taken[found.done]] & ASKS:
        return False
    if found.part >= 0 and found.part != found.done and facts.on[found.part] <= last:
        return False
    return not law.rule_flags[rule] & ASKS_WHERE_MISSED or (status != MET and status != LAPSED)


def first_on(facts, low, high, day):
    """Return the first place from one to another at which a fact is on the day or later."""
    while low < high:
        middle = (low + high) // 2
        if facts.on[middle] < day:
            low = middle + 1
        else:
            high = middle
    return low


def find_what_matters(law, facts, found, rule):
    """Find for every place the next fact that can end a run of the rule, and the next that can discharge one.

    Each at the place or after it; where each party has its own clock, the next act of the same party after it.
    """
    roles = rule * law.keys
    per_party = law.rule_flags[rule] & PER_PARTY
    found.tick += 1
    ends = found.high
    acts = found.high
    found.next_end[found.high - found.low] = ends
    found.next_act[found.high - found.low] = acts
    for back in range(found.high - found.low):
        place = found.high - 1 - back
        at = place - found.low
        role = law.rule_roles[roles + facts.taken[place]]
        if role & ENDS:
            ends = place
        found.next_end[at] = ends
        if per_party:
            party = facts.whose[place] + 1
            found.next_act[at] = found.party_last[party] if found.party_tick[party] == found.tick else found.high
            if role & ACTS:
                found.party_tick[party] = found.tick
                found.party_last[party] = place
        else:
            if role & ACTS:
                acts = place
            found.next_act[at] = acts


def first_that_matters(found, per_party, start, first):
    """Return the first fact that can do anything to a run, from a place on."""
    found.end = found.next_end[first - found.low]
    found.act = found.next_act[(start if per_party else first) - found.low]
    return found.end if found.end < found.act else found.act


def next_that_matters(found, per_party, place, only_ends):
    """Return the next fact that can do anything, or that can end or resume the run, where nothing else counts."""
    if found.end <= place:
        found.end = found.next_end[place + 1 - found.low]
    if only_ends:
        return found.end
    while found.act <= place:
        found.act = found.next_act[(found.act if per_party else place + 1) - found.low]
    return found.end if found.end < found.act else found.act


def status_of(law, facts, found, rule, flags, end, last, unsure):
    """Return how a deadline stands. Where the true last day may be later, nothing is held against anybody."""
    if last == NO_DAY:
        return UNDATED
    if found.done >= 0:
        if facts.on[found.done] <= last:
            return MET
        return UNDATED if unsure else LATE
    if found.implied >= 0:
        return UNDATED
    if found.ended >= 0 or found.other >= 0 or end >= 0 or is_outgrown(facts, found, end):
        return OVERTAKEN if not unsure and was_missed(law, facts, found, rule, flags, end, last) else LAPSED
    if facts.as_of <= last or flags & OTHER_ANSWER or (flags & UNPROVEN and found.bites < 0):
        return OPEN
    if unsure:
        return UNDATED
    return LAPSED if flags & RIGHT else OVERDUE


def is_unsaid(law, facts, found, rule, window, run, status):
    """Return whether the source is declared not to record what discharges a rule, and nothing else ended its time.

    A right, and a time that is protected, are open all the same while they last. An act that is on record counts by its
    own day; but of what is done again and again, one that came late may not be the first: of that nobody knows either.
    """
    if found.done >= 0 and status != LATE:
        return False
    if status == OPEN and (window or law.rule_flags[rule] & RIGHT):
        return False
    what = rule
    if law.rule_flags[rule] & AS_NAMED:
        what = law.named_roles + facts.limit[found.run_start[run]]
    if not facts.unrecorded[found.unsaid + what]:
        return False
    if found.done >= 0:
        return facts.unrecorded[found.unsaid + what] == AGAIN
    if status != LAPSED:
        return True
    end = found.run_end[run]
    return found.ended < 0 and found.other < 0 and end < 0 and not is_outgrown(facts, found, end)


def was_missed(law, facts, found, rule, flags, end, last):
    """Return whether an act that was owed had not been done by its last lawful day when something ended its time."""
    if flags & RIGHT or flags & OTHER_ANSWER:
        return False
    cause = found.ended if found.ended >= 0 else end
    gone = found.over - 1 if cause < 0 else facts.on[cause]
    if gone <= last:
        return False
    if flags & UNPROVEN and (found.bites < 0 or (0 <= cause <= found.bites)):
        return False
    return not is_never_owed(law, facts, found, rule)


def is_outgrown(facts, found, end):
    """Return whether nothing but somebody's age ended the time of a limit that was not done."""
    if found.over == NO_DAY or facts.as_of < found.over:
        return False
    return found.done < 0 and found.implied < 0 and found.ended < 0 and found.other < 0 and end < 0


def is_missed(status):
    """Return whether a limit was not kept, or a protected time not left."""
    return status == LATE or status == OVERDUE or status == PREMATURE or status == OVERTAKEN


def gives_way(law, facts, found, rule, last):
    """Return the fact that began the spell to which a missed limit gives way, its last day lying inside, or -1."""
    if law.rule_yields[rule] < 0:
        return -1
    # The spell may begin or end on the last day itself.
    began = begun(law, facts, found, law.rule_yields[rule], first_on(facts, found.low, found.high, last + 1))
    if began < 0:
        began = begun(law, facts, found, law.rule_yields[rule], first_on(facts, found.low, found.high, last))
    return began


def is_age_asked(law, days, facts, found, rule, row, status):
    """Return whether a person should look at a plan for the age of whom it is for: it had to end, or nobody kept it."""
    if found.out[OUTGROWN * found.capacity + row] >= 0:
        if found.over != found.over_of_aged:
            # The plan is too old, and that is asked of its reviews.
            return False
        past = first_on(facts, found.low, found.high, found.over)
        return next_of(law, facts, found, law.rule_asks_answered[rule], past, found.high) < 0
    if not law.rule_asks_before[rule] or found.born == NO_DAY or (status != OPEN and status != OVERDUE):
        return False
    turned = counted(days, found, law.rule_asks_turns[rule], found.born)
    return turned <= facts.as_of and next_of(law, facts, found, law.rule_asks_unless[rule], found.low, found.high) < 0


def status_of_window(facts, found, flags, end, last, kept_open, unsure):
    """Return how a protected time stands; it is pending while a fact keeps it open. Nobody may know until when."""
    if last == NO_DAY and not kept_open:
        return UNDATED
    if found.done >= 0:
        if last != NO_DAY and facts.on[found.done] > last:
            return MET
        return UNDATED if flags & NOT_SHOWN or (unsure and last == NO_DAY) else PREMATURE
    if found.ended >= 0 and (last == NO_DAY or facts.on[found.ended] <= last):
        return LAPSED
    if end >= 0 and (last == NO_DAY or facts.on[end] <= last):
        return LAPSED
    if is_outgrown(facts, found, end) and (last == NO_DAY or found.over - 1 <= last):
        return LAPSED
    return MET if last != NO_DAY and facts.as_of > last else OPEN


def left_open(found, last, status, unsure, kept_open_by):
    """Return what a person should look at in the record of a deadline, 0 for nothing."""
    if last == NO_DAY:
        if found.unborn:
            return UNBORN
        return DAYS_UNKNOWN if kept_open_by < 0 else 0
    if unsure and (status == OPEN or status == UNDATED):
        return MAY_BE_LATER
    if status == UNDATED and found.implied >= 0:
        return NOT_DATED
    return 0


def is_never_owed(law, facts, found, rule):
    """Return whether what ended the limit shows that the act was never owed, and nothing had shown that it was."""
    if found.ended < 0 or not law.rule_roles[rule * law.keys + facts.taken[found.ended]] & NEVER_OWED:
        return False
    return found.owed < 0 or found.owed >= found.ended


# Other readings


def contest(law, days, facts, found, row, run, missed):
    """Note each other lawful reading by which it comes out otherwise whether the limit was broken.

    Where nothing was missed, before it gave way to anything, a reading finds something missed only if it has a last day
    of its own, takes either answer, or does not take for an answer what was taken for one.
    """
    size = found.capacity
    version = found.out[VERSION * size + row]
    broken = is_missed(found.out[STATUS * size + row]) and law.rule_flags[found.out[row]] & BREACHABLE
    broken = broken and found.out[EXCUSES * size + row] <= 0
    contested = 0
    bit = 1
    for reading in range(law.version_readings_at[version], law.version_readings_at[version + 1]):
        last = NO_DAY
        changes = law.reading_flags[reading]
        if not changes & ONLY_TOLD and (missed or changes & FINDS):
            last = last_day_by(law, days, facts, found, reading, row)
        if last != NO_DAY and is_broken_by(law, days, facts, found, reading, row, run, last) != broken:
            contested |= bit
        bit += bit
    if contested:
        found.out[CONTESTED * size + row] = contested


def last_day_by(law, days, facts, found, reading, row):
    """Return the last lawful day by another reading, NO_DAY where it says nothing of this deadline."""
    size = found.capacity
    start = found.out[STARTED * size + row]
    last = found.out[LAST * size + row]
    if law.reading_done[reading] >= 0:
        done = found.out[DONE_AT * size + row]
        if done < 0 or not law.masks[law.reading_done[reading] * law.keys + facts.taken[done]]:
            return NO_DAY
    if law.reading_not_done[reading] >= 0:
        done = found.out[DONE_AT * size + row]
        if done < 0 or not law.masks[law.reading_not_done[reading] * law.keys + facts.taken[done]]:
            return NO_DAY
    if law.reading_turns[reading] >= 0 and not is_over_by(law, days, facts, found, reading, last):
        return NO_DAY
    if law.reading_beside[reading] >= 0 and not is_beside(law, facts, found, law.reading_beside[reading], start):
        return NO_DAY
    if law.reading_open_by[reading] >= 0 or law.reading_open_to[reading] >= 0:
        return last_kept_open_by(law, facts, found, reading, row)
    if law.reading_table[reading] < 0:
        return last
    base = found.out[BASE * size + row]
    if law.reading_flags[reading] & BY_CLOCK:
        base = day_of(law, facts, law.rule_fields[found.out[row]], start)
    if law.reading_from[reading] >= 0:
        if law.reading_within[reading] >= 0:
            place = last_within(law, days, facts, found, reading, row)
        else:
            place = next_of(law, facts, found, law.reading_from[reading], start + 1, found.out[STOP * size + row])
        if place < 0:
            return NO_DAY
        base = facts.on[place]
    party = facts.whose[found.out[WHOM * size + row]]
    other = counted_for(days, facts, found, law.reading_table[reading], party, base)
    version = found.out[VERSION * size + row]
    if other != NO_DAY and law.version_flags[version] & ROLLED:
        other = counted(days, found, law.version_roll[version], other)
    return NO_DAY if law.reading_flags[reading] & ONLY_EARLIER and other >= last else other


def last_kept_open_by(law, facts, found, reading, row):
    """Return the last day to which something keeps a window open by a reading, a day that never comes where none is."""
    size = found.capacity
    version = found.out[VERSION * size + row]
    stop = found.out[STOP * size + row]
    by = found.out[KEPT_OPEN_BY * size + row]
    if law.reading_open_by[reading] >= 0:
        done = found.out[DONE_AT * size + row]
        first = found.out[STARTED * size + row]
        if by >= 0:
            first = found.out[KEPT_OPEN_TO * size + row]
            if first < 0:
                return NO_DAY
        by = next_of(law, facts, found, law.reading_open_by[reading], first + 1, done if done >= 0 else stop)
    if by < 0:
        return NO_DAY
    ends = law.reading_open_to[reading]
    if ends < 0:
        ends = law.version_kept_to[version]
    to = kept_until(law, facts, found.out[row], version, ends, by + 1, stop, NO_DAY)
    return NEVER if to < 0 else facts.on[to] - 1


def is_over_by(law, days, facts, found, reading, last):
    """Return whether somebody's age ends a clock by a reading before it would end by itself."""
    if found.born == NO_DAY or next_of(law, facts, found, law.reading_unless[reading], found.low, found.high) >= 0:
        return False
    return counted(days, found, law.reading_turns[reading], found.born) <= last


def last_within(law, days, facts, found, reading, row):
    """Return the last fact from which a reading counts that came so soon after the start, and before the act, or -1."""
    size = found.capacity
    start = found.out[STARTED * size + row]
    stop = found.out[STOP * size + row]
    done = found.out[DONE_AT * size + row]
    latest = counted(days, found, law.reading_within[reading], facts.on[start])
    if start < done < stop:
        stop = done
    place = last_of(law, facts, found, law.reading_from[reading], first_on(facts, start, stop, latest + 1))
    return place if place > start else -1


def is_beside(law, facts, found, mask, start):
    """Return whether a fact of a set stands on the day of the start."""
    place = first_on(facts, found.low, found.high, facts.on[start])
    while place < found.high and facts.on[place] == facts.on[start]:
        if law.masks[mask * law.keys + facts.taken[place]]:
            return True
        place += 1
    return False


def is_kept_by(law, days, facts, found, mask, row, last):
    """Return whether a fact of a set stands in the time of a deadline, by the last lawful day."""
    size = found.capacity
    start = found.out[STARTED * size + row]
    first = start + 1
    back = law.rule_looks_back[found.out[row]]
    if back >= 0:
        since = counted(days, found, back, found.out[BASE * size + row])
        first = first_on(facts, found.run_previous[found.out[RUN * size + row]] + 1, start, since)
    place = next_of(law, facts, found, mask, first, found.out[STOP * size + row])
    return place >= 0 and facts.on[place] <= last


def is_shown_by(law, facts, found, mask, row):
    """Return whether a fact of a set stands in the time of a deadline, before the act that discharged it."""
    size = found.capacity
    done = found.out[DONE_AT * size + row]
    stop = done if done >= 0 else found.out[STOP * size + row]
    return next_of(law, facts, found, mask, found.out[STARTED * size + row] + 1, stop) >= 0


def is_broken_by(law, days, facts, found, reading, row, run, last):
    """Return whether the limit was broken by another reading, with its own last day. What happened is as it was."""
    size = found.capacity
    rule = found.out[row]
    changes = law.reading_flags[reading]
    flags = law.rule_flags[rule]
    if (not flags & BREACHABLE and not changes & BINDS) or changes & LIMITS_NOTHING or law.reading_turns[reading] >= 0:
        return False
    if law.reading_kept[reading] >= 0 and is_kept_by(law, days, facts, found, law.reading_kept[reading], row, last):
        return False
    if law.reading_shown[reading] >= 0 and is_shown_by(law, facts, found, law.reading_shown[reading], row):
        return False
    done = found.done
    ended = found.ended
    if law.reading_not_done[reading] >= 0:
        found.done = -1
        found.ended = found.after
    if changes & EITHER_ANSWER:
        flags &= ~OTHER_ANSWER
        if found.other >= 0 and (done < 0 or found.other < done):
            found.done = found.other
    if law.version_flags[found.out[VERSION * size + row]] & WINDOW:
        kept_open = found.out[KEPT_OPEN_BY * size + row] >= 0
        status = status_of_window(facts, found, flags, found.run_end[run], last, kept_open, 0)
    else:
        status = status_of(law, facts, found, rule, flags, found.run_end[run], last, 0)
    found.done = done
    found.ended = ended
    if not is_missed(status) or (not changes & NEVER_YIELDS and gives_way(law, facts, found, rule, last) >= 0):
        return False
    held = found.out[EXCUSES * size + row]
    if changes & UNEXCUSED_BY_PAST and held > 0:
        held = found.lasting
    if held > 0 and changes & UNEXCUSED == 0:
        return False
    return not is_excused_by(law, days, facts, found, reading, row)


def is_excused_by(law, days, facts, found, reading, row):
    """Return whether a recorded exception holds on a ground that only another reading allows."""
    for at in range(law.reading_grounds_at[reading], law.reading_grounds_at[reading + 1]):
        ground = law.reading_grounds[at]
        for which in range(found.exceptions):
            place = found.exception[which]
            if not is_claimed(law, facts, found, row, ground, place):
                continue
            found.noted[place] |= CONSIDERED
            if test(law, days, facts, found, row, ground, place) == HOLDS:
                return True
    return False


# What excuses a deadline


def excuse(law, days, facts, found, row):
    """Try each exception that is recorded on each ground that the law allows, and note which of them hold."""
    size = found.capacity
    rule = found.out[row]
    status = found.out[STATUS * size + row]
    last = found.out[LAST * size + row]
    held = -1
    lasting = 0
    bit = 1
    for at in range(law.rule_uses_at[rule], law.rule_uses_at[rule + 1]):
        ground = law.uses[at]
        for which in range(found.exceptions):
            place = found.exception[which]
            if not is_claimed(law, facts, found, row, ground, place):
                continue
            if held < 0:
                held = 0
            noted = CONSIDERED
            if test(law, days, facts, found, row, ground, place) == HOLDS:
                held |= bit
                noted |= HELD
                if not law.ground_doubted[ground] or facts.limit[place] != -1 or not is_past(facts, place, last):
                    lasting |= bit
                if law.ground_lasts[ground] and until_of(facts, place) == NO_DAY:
                    noted |= HELD_WITHOUT_END
            if status != MET and status != LAPSED:
                noted |= WANTED
            found.noted[place] |= noted
        bit += bit
    found.lasting = lasting
    found.out[EXCUSES * size + row] = held


def is_past(facts, place, last):
    """Return whether a ground had ended before the last lawful day."""
    until = until_of(facts, place)
    return until != NO_DAY and until < last


def is_claimed(law, facts, found, row, ground, place):
    """Return whether an exception is recorded on this ground for this limit and, where it has a party, for this one."""
    if facts.taken[place] != law.ground_key[ground]:
        return False
    rule = found.out[row]
    if facts.limit[place] != -1 and facts.limit[place] != law.rule_limit[rule]:
        return False
    if law.rule_flags[rule] & PER_PARTY and facts.whose[place] != NOBODY:
        return facts.whose[place] == facts.whose[found.out[WHOM * found.capacity + row]]
    return True


def test(law, days, facts, found, row, ground, place):
    """Return whether the facts of an exception make out its ground for a deadline: HOLDS, or why not."""
    how = law.ground_test[ground]
    if how == CLOSURE:
        return test_closure(law, days, facts, found, row, ground, place)
    if how == WITHIN_PERIOD:
        return test_within_period(law, facts, found, row, ground, place)
    if how == ABSENCE:
        return test_absence(law, days, facts, found, row, ground, place)
    if how == DUE_WITHIN_FORCE:
        return test_due_within_force(law, facts, found, row, ground, place)
    return test_named(law, days, facts, found, row, place)


def test_closure(law, days, facts, found, row, ground, place):
    """Closed for long enough, and advice asked from a margin before closing to the same margin before re-opening."""
    last = found.out[LAST * found.capacity + row]
    on = facts.on[place]
    until = until_of(facts, place)
    if until == NO_DAY:
        return NO_END
    if until < counted(days, found, law.ground_least[ground], on):
        return TOO_SHORT
    party = closed_party(law, facts, ground, place)
    on = shut_from(law, days, facts, found, ground, party, on, until)
    until = shut_to(days, facts, party, on, until)
    if until < counted(days, found, law.ground_least[ground], on):
        return WAS_OPEN
    if on > last:
        return BEGAN_LATER
    opens = counted(days, found, law.ground_margin[ground], on)
    shuts = counted(days, found, law.ground_margin[ground], until)
    if shuts > last:
        shuts = last
    start = first_on(facts, found.out[STARTED * found.capacity + row], found.high, opens)
    stop = found.out[STOP * found.capacity + row]
    which = first_asked(found, start)
    while which < found.asked and found.advice[which] < stop and facts.on[found.advice[which]] <= shuts:
        if facts.whose[found.advice[which]] == party:
            return HOLDS
        which += 1
    return NOT_ASKED


def closed_party(law, facts, ground, place):
    """Return whose closing an exception records: the party's that it names, or of any adviser of the ground's kind."""
    return facts.party[place] if facts.party[place] != NOBODY else law.ground_adviser[ground]


def shut_from(law, days, facts, found, ground, party, on, until):
    """Return from when on a closing lasts long enough without a day on which the place is known to have been open."""
    institution = facts.institution[party + 1]
    for at in range(days.open_at[institution], days.open_at[institution + 1]):
        if days.open_from[at] >= until or counted(days, found, law.ground_least[ground], on) <= days.open_from[at]:
            break
        if days.open_to[at] >= on:
            on = days.open_to[at] + 1
    return on


def shut_to(days, facts, party, on, until):
    """Return the first day from `on` on which the place is known to have been open, or else the day of re-opening."""
    institution = facts.institution[party + 1]
    for at in range(days.open_at[institution], days.open_at[institution + 1]):
        if on <= days.open_from[at] < until:
            return days.open_from[at]
    return until


def first_asked(found, place):
    """Return which request for advice is the first at a place or after it."""
    low = 0
    high = found.asked
    while low < high:
        middle = (low + high) // 2
        if found.advice[middle] < place:
            low = middle + 1
        else:
            high = middle
    return low


def test_within_period(law, facts, found, row, ground, place):
    """Some day of the ground lies inside the limit's period."""
    until = until_of(facts, place)
    if until == NO_DAY and law.ground_one_day[ground]:
        until = facts.on[place]
    if facts.on[place] > found.out[LAST * found.capacity + row]:
        return OUTSIDE
    return HOLDS if until == NO_DAY or until >= first_day(law, found, row) else OUTSIDE


def test_absence(law, days, facts, found, row, ground, place):
    """At least so long without a break, inside the limit's period."""
    first = first_day(law, found, row)
    if facts.on[place] > first:
        first = facts.on[place]
    last = found.out[LAST * found.capacity + row]
    if facts.as_of < last:
        last = facts.as_of
    until = until_of(facts, place)
    if until != NO_DAY and until < last:
        last = until
    return HOLDS if last + 1 >= counted(days, found, law.ground_least[ground], first) else TOO_SHORT


def test_due_within_force(law, facts, found, row, ground, place):
    """The act fell due while the ground was law, and a reason is recorded."""
    last = found.out[LAST * found.capacity + row]
    if last < law.ground_from[ground] or last > law.ground_to[ground]:
        return OUT_OF_FORCE
    return HOLDS if facts.reasoned[place] else NO_REASON


def test_named(law, days, facts, found, row, place):
    """The record names the limit, says what was agreed or directed, and came while this clock ran."""
    if facts.limit[place] == -1:
        return NO_LIMIT
    if not facts.reasoned[place]:
        return NO_REASON
    if facts.on[place] < open_since(law, days, found, row):
        return BEFORE_CLOCK
    done = found.out[DONE_AT * found.capacity + row]
    return AFTER_ACT if done >= 0 and facts.on[place] > facts.on[done] else HOLDS


def first_day(law, found, row):
    """Return the first day that a deadline's period counts."""
    size = found.capacity
    return found.out[BASE * size + row] + law.version_first[found.out[VERSION * size + row]]


def open_since(law, days, found, row):
    """Return the first day on which the act could be done, or something else be agreed."""
    base = found.out[BASE * found.capacity + row]
    back = law.rule_looks_back[found.out[row]]
    return base if back < 0 else counted(days, found, back, base)
