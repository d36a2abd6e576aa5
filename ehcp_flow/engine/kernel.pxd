# The types with which Cython compiles kernel.py. A name that is missing or too many fails the compile; a name of the
# four classes is a table that the doors fill, or a number. `int` has 32 bits; nothing needs more but the marks, a bit for
# each spell that a pattern names (MARKED are the tables of them). What is local to
# a function Cython works out by itself, but for truth values. A table gets no local name: Cython would count how often
# it is in use, which costs nearly as much again as the law.

cimport cython

cdef int NO_DAY, UNCOUNTED, BEYOND, NEVER
cdef int START, RESTART, END, RESUME, DONE, UNDONE, IMPLIED, OTHER, LAPSE, NEEDED, RESUME_INSIDE, FINAL, OWED
cdef int NEVER_OWED, SHOWS_OWED, STARTS, SELDOM, ACTS, ENDS
cdef int FIRST, AFTER_FIRST, FIRST_BY_DATE, FOR_NOW, SHOWS_MORE, MAY_SHOW_MORE, ASKS, TAKEN_BACK, NAMED_AGAIN, PARTS
cdef int AFTER_ALL
cdef int EXCEPTION, BIRTH, ADVICE_ASKED, KEPT_UNTIL, ENDS_ALL
cdef int SEPARATE, OWN_ACTS, BY_PARTY, PARTY_OF_SPELL, FORETOLD
cdef int PER_PARTY, NEEDS, IN_TIME, OTHER_ANSWER, RIGHT, DONE_FOR_GOOD, ENDS_FOR_GOOD, UNPROVEN
cdef int NARROWED, CONDITIONAL, BREACHABLE, DOUBTFUL, ASKS_WHERE_MISSED, NOT_SHOWN, AS_NAMED, TAKES_BACK, SELECTIVE
cdef int WINDOW, ROLLED, LATER_OF, FROM_FACT, FROM_FIELDS, NEEDED_COUNT, FROM_BIRTH
cdef int NOT_OF, OF, UNKNOWN, NO_VERSION, NOT_THERE
cdef int EITHER_ANSWER, UNEXCUSED, UNEXCUSED_BY_PAST, ONLY_EARLIER, NEVER_YIELDS, ONLY_TOLD, LIMITS_NOTHING, BINDS, FINDS, BY_CLOCK
cdef int OPEN, MET, LATE, OVERDUE, PREMATURE, LAPSED, UNDATED, OVERTAKEN, UNRECORDED, NO_LAW, AGAIN
cdef int DAYS_UNKNOWN, MAY_BE_LATER, NOT_DATED, DOUBTED, DOUBTED_LATER, WHOSE, TOO_OLD, GAVE_WAY, UNBORN
cdef int CLOSURE, WITHIN_PERIOD, ABSENCE, DUE_WITHIN_FORCE, NAMED
cdef int HOLDS, NO_END, TOO_SHORT, BEGAN_LATER, NOT_ASKED, OUTSIDE, OUT_OF_FORCE, NO_REASON, NO_LIMIT, BEFORE_CLOCK
cdef int AFTER_ACT, WAS_OPEN
cdef int CONSIDERED, HELD, WANTED, HELD_WITHOUT_END
cdef int ON, UNTIL
cdef int RULE, VERSION, STARTED, STOP, RUN, SUPERSEDED, WHOM, BASE, LAST, DONE_AT, IMPLIED_AT, ENDED_AT
cdef int RESUMED_AT, STATUS, EXCUSES, KEPT_OPEN_BY, KEPT_OPEN_TO, LEAVES_OPEN, CONTESTED, OUTGROWN, COLUMNS
cdef int NOBODY, ANYBODY, MANY_TO_ASK, FEW, MANY_SPELLS


cdef class Law:
    cdef public int keys, parties, clocks, sets, many_spells, marks, ages, named_roles, limits
    cdef public const int[::1] key_kind, key_rows, key_begins, key_clocks_at, key_clocks
    cdef public const int[::1] key_pairs, pair_roles, key_turns
    cdef public const int[::1] asks_at, asks, turned_at, turned, timed_at, timed
    cdef public const long long[::1] mark_bits, key_opens, key_shuts
    cdef public const int[::1] lasts, lasts_to, since_fields, mark_party, mark_ahead, age_mark, age_turns, age_kept
    cdef public int kept_fields
    cdef public const int[::1] masks, party_sets, fields_at, fields
    cdef public const int[::1] spells, spell_roles, spell_unless, spell_ahead
    cdef public const int[::1] clock_roles, clock_flags, clock_during, clock_inside, clock_unless_at, clock_turns, clock_kept
    cdef public const int[::1] clock_aged, clock_turns_others, clock_kept_others
    cdef public const int[::1] clock_rules_at, clock_rules
    cdef public const int[::1] rule_roles, rule_flags, rule_limit, rule_only, rule_fields, rule_looks_back, rule_inside
    cdef public const int[::1] rule_where, rule_where_not, rule_in_time, rule_by_party, rule_not_by_party, rule_by_body
    cdef public const int[::1] rule_not_during_at, rule_under_age, rule_owed_if_by_due, rule_part_fields, rule_versions_at
    cdef public const int[::1] rule_uses_at, uses, rule_cohorts_at
    cdef public const int[::1] version_cohorts_at, cohort_begun, cohort_followed, cohort_turns, cohort_from, cohort_before
    cdef public const int[::1] cohort_from_age, cohort_under_age
    cdef public const int[::1] rule_yields, limit_by_party, rule_needs_from, rule_asks_turns, rule_asks_unless
    cdef public const int[::1] rule_asks_before, rule_asks_answered
    cdef public const int[::1] foreseen_table, foreseen_fields, in_time_after, in_time_first, in_time_table
    cdef public const int[::1] version_from, version_to, version_flags, version_roll, version_first, version_kept_open
    cdef public const int[::1] version_kept_to, version_kept_again, version_counts_at
    cdef public const int[::1] version_readings_at, reading_table, reading_from, reading_flags, reading_done
    cdef public const int[::1] reading_beside, reading_kept, reading_shown, reading_within, reading_grounds_at, reading_grounds
    cdef public const int[::1] reading_not_done, reading_turns, reading_unless, reading_open_by, reading_open_to
    cdef public const int[::1] count_table, count_flags, count_fields, count_mask, count_awaited, count_awaited_by
    cdef public const int[::1] ground_test, ground_key, ground_least, ground_margin, ground_adviser, ground_one_day
    cdef public const int[::1] ground_lasts, ground_from, ground_to, ground_doubted


cdef class Days:
    cdef public int first, span
    cdef public const int[::1] shift, at, by_institution, day, open_at, open_from, open_to


cdef class Facts:
    cdef public int parties, as_of
    cdef public const int[::1] bounds, key, on, party, body, days, field_at, limit, reasoned, institution
    cdef public const int[::1] declared, unrecorded
    cdef public int[::1] taken, whose


cdef class Found:
    cdef public int case, low, high, tick, rows, capacity, needed, runs
    cdef public bint many
    cdef public int wanted, most_wanted, beyond, beyond_day
    cdef public long long inside, shuts
    cdef public int begins, born, kept, gone, over, exceptions, asked, width, parties
    cdef public int over_of_aged, over_of_others
    cdef public int done, implied, ended, after, other, resumed, owed, bites, part, later, stray, spent, strays, base, last, end, act
    cdef public int awaited, lasting, unsaid, unborn
    cdef public int[::1] out, want, noted, exception, advice, since
    cdef public int[::1] clock_case, clock_first, spell_case, around
    cdef public int[::1] next_case, next_from, next_at, last_case, last_from, last_at
    cdef public int[::1] party_tick, party_first, party_last, previous, following, chained, start, before
    cdef public int[::1] run_start, run_stop, run_end, run_previous, run_whom, run_before, run_over, next_end, next_act


cdef int judge(Law law, Days days, Facts facts, Found found, int case, int cases) noexcept nogil
cdef void lay_out(Law law, Days days, Facts facts, Found found, int low, int high) noexcept nogil
cdef int take(Law law, Days days, Facts facts, Found found, int key, int place) noexcept nogil
cdef void outgrow(Law law, Days days, Found found, int day) noexcept nogil
cdef bint is_inside(Law law, Days days, Facts facts, Found found, int mark, int place) noexcept nogil
cdef bint is_ended_next(Law law, Facts facts, Found found, int mark, int place) noexcept nogil
cdef bint is_over(Law law, Days days, Found found, int mark, int day) noexcept nogil
cdef int too_old_from(Days days, Found found, int turns, int kept) noexcept nogil
cdef void pair(Law law, Facts facts, Found found, int clock) noexcept nogil
cdef void keep(Law law, Facts facts, Found found, int kind, int place) noexcept nogil
cdef void take_back(Found found, int first_row) noexcept nogil

cdef int counted(Days days, Found found, int table, int day) noexcept nogil
cdef int counted_for(Days days, Facts facts, Found found, int table, int party, int day) noexcept nogil
cdef int day_of(Law law, Facts facts, int fields, int place) noexcept nogil
cdef bint is_filled(Law law, Facts facts, int fields, int place) noexcept nogil
cdef int until_of(Facts facts, int place) noexcept nogil

cdef int begun(Law law, Facts facts, Found found, int spell, int place) noexcept nogil
cdef void surround(Law law, Facts facts, Found found, int spell) noexcept nogil
cdef void look_ahead(Law law, Facts facts, Found found, int spell) noexcept nogil
cdef int next_of(Law law, Facts facts, Found found, int mask, int start, int stop) noexcept nogil
cdef int last_of(Law law, Facts facts, Found found, int mask, int stop) noexcept nogil

@cython.locals(aged=bint)
cdef void judge_clock(Law law, Days days, Facts facts, Found found, int clock) noexcept nogil
cdef void follow_parties(Law law, Facts facts, Found found, int clock) noexcept nogil
cdef int parties_in_order(Law law, Facts facts, Found found, int clock) noexcept nogil
cdef void chain(Facts facts, Found found, int place) noexcept nogil
@cython.locals(running=bint, over=bint, confined=bint)
cdef int follow(Law law, Facts facts, Found found, int clock, int first, int party) noexcept nogil
cdef bint is_confined(Law law, Facts facts, Found found, int clock, int place) noexcept nogil
cdef int over_for(Law law, Facts facts, Found found, int clock, int place) noexcept nogil
cdef void add_runs(Law law, Facts facts, Found found, int clock, int starts) noexcept nogil
cdef void add_run(
    Law law, Facts facts, Found found, int clock, int start, int previous, int follows
) noexcept nogil

@cython.locals(many=bint, looks_back=bint)
cdef void judge_rule(Law law, Days days, Facts facts, Found found, int rule) noexcept nogil
cdef int version_on(Law law, int rule, int day) noexcept nogil
cdef int version_for(Law law, Days days, Facts facts, Found found, int rule, int run, int base) noexcept nogil
cdef int are_of(
    Law law, Days days, Facts facts, Found found, int first, int last, int start, int stop, int base
) noexcept nogil
cdef int is_of(
    Law law, Days days, Facts facts, Found found, int cohort, int start, int stop, int base
) noexcept nogil
cdef int day_of_cohort(
    Law law, Days days, Facts facts, Found found, int cohort, int start, int stop, int base
) noexcept nogil
cdef bint is_told_already(Law law, Found found, int rule, int start) noexcept nogil
@cython.locals(unsure=bint, missed=bint)
cdef void judge_version(
    Law law, Days days, Facts facts, Found found, int rule, int version, int run, int base, bint many
) noexcept nogil
cdef int awaited_since(Law law, Days days, Facts facts, Found found, int count, int run, int base) noexcept nogil
cdef int kept_until(Law law, Facts facts, int rule, int version, int ends, int first, int stop, int last) noexcept nogil
cdef void write(Found found, int rule, int version, int run, int base, int last, int status) noexcept nogil
cdef bint is_meant(Law law, Days days, Facts facts, Found found, int rule, int run) noexcept nogil
cdef bint is_among(Law law, int parties, int party) noexcept nogil
cdef bint is_foreseen(Law law, Days days, Facts facts, Found found, int condition, int place) noexcept nogil
cdef bint came_in_time(Law law, Days days, Facts facts, Found found, int condition, int run) noexcept nogil
cdef bint is_there(Law law, Days days, Facts facts, Found found, int rule, int last) noexcept nogil
cdef int counted_from(Law law, Facts facts, Found found, int count, int start, int stop) noexcept nogil
cdef int fields_of(Law law, int count, int place, int start) noexcept nogil
@cython.locals(unsure=bint)
cdef bint later_of(
    Law law, Days days, Facts facts, Found found, int version, int run, int base
) noexcept nogil

@cython.locals(by_party=bint, for_now=bint, inside=bint, late=bint, over=bint, settled=bint)
cdef bint what_happened(
    Law law, Days days, Facts facts, Found found, int rule, int run, int base, int last, bint many
) noexcept nogil
cdef int not_undone(Law law, Facts facts, Found found, int rule, int first, int start) noexcept nogil
cdef void spend(Law law, Facts facts, Found found, int rule, int run) noexcept nogil
cdef bint is_named_again(Facts facts, int start, int place) noexcept nogil
cdef bint reviewed_since(Law law, Facts facts, int rule, int place, int since) noexcept nogil
cdef bint is_doubted(Law law, Facts facts, Found found, int rule, int last, int status) noexcept nogil
cdef int first_on(Facts facts, int low, int high, int day) noexcept nogil
cdef void find_what_matters(Law law, Facts facts, Found found, int rule) noexcept nogil
cdef int first_that_matters(Found found, int per_party, int start, int first) noexcept nogil
cdef int next_that_matters(Found found, int per_party, int place, bint only_ends) noexcept nogil

cdef int status_of(
    Law law, Facts facts, Found found, int rule, int flags, int end, int last, bint unsure
) noexcept nogil
cdef bint is_unsaid(Law law, Facts facts, Found found, int rule, int window, int run, int status) noexcept nogil
cdef bint was_missed(Law law, Facts facts, Found found, int rule, int flags, int end, int last) noexcept nogil
cdef bint is_missed(int status) noexcept nogil
cdef int gives_way(Law law, Facts facts, Found found, int rule, int last) noexcept nogil
cdef int status_of_window(
    Facts facts, Found found, int flags, int end, int last, bint kept_open, bint unsure
) noexcept nogil
cdef int left_open(Found found, int last, int status, bint unsure, int kept_open_by) noexcept nogil
cdef bint is_age_asked(Law law, Days days, Facts facts, Found found, int rule, int row, int status) noexcept nogil
cdef int taken_back_at_once(Law law, Facts facts, Found found, int rule, int run) noexcept nogil
cdef bint is_outgrown(Facts facts, Found found, int end) noexcept nogil
cdef bint is_never_owed(Law law, Facts facts, Found found, int rule) noexcept nogil

@cython.locals(broken=bint)
cdef void contest(Law law, Days days, Facts facts, Found found, int row, int run, bint missed) noexcept nogil
cdef int last_day_by(Law law, Days days, Facts facts, Found found, int reading, int row) noexcept nogil
cdef int last_kept_open_by(Law law, Facts facts, Found found, int reading, int row) noexcept nogil
cdef bint is_over_by(Law law, Days days, Facts facts, Found found, int reading, int last) noexcept nogil
cdef int last_within(Law law, Days days, Facts facts, Found found, int reading, int row) noexcept nogil
cdef bint is_kept_by(Law law, Days days, Facts facts, Found found, int mask, int row, int last) noexcept nogil
cdef bint is_shown_by(Law law, Facts facts, Found found, int mask, int row) noexcept nogil
cdef bint is_beside(Law law, Facts facts, Found found, int mask, int start) noexcept nogil
@cython.locals(kept_open=bint)
cdef bint is_broken_by(
    Law law, Days days, Facts facts, Found found, int reading, int row, int run, int last
) noexcept nogil
cdef bint is_excused_by(Law law, Days days, Facts facts, Found found, int reading, int row) noexcept nogil

cdef void excuse(Law law, Days days, Facts facts, Found found, int row) noexcept nogil
cdef bint is_past(Facts facts, int place, int last) noexcept nogil
cdef bint is_claimed(Law law, Facts facts, Found found, int row, int ground, int place) noexcept nogil
cdef int test(Law law, Days days, Facts facts, Found found, int row, int ground, int place) noexcept nogil
cdef int test_closure(Law law, Days days, Facts facts, Found found, int row, int ground, int place) noexcept nogil
cdef int closed_party(Law law, Facts facts, int ground, int place) noexcept nogil
cdef int shut_from(
    Law law, Days days, Facts facts, Found found, int ground, int party, int on, int until
) noexcept nogil
cdef int shut_to(Days days, Facts facts, int party, int on, int until) noexcept nogil
cdef int first_asked(Found found, int place) noexcept nogil
cdef int test_within_period(Law law, Facts facts, Found found, int row, int ground, int place) noexcept nogil
cdef int test_absence(Law law, Days days, Facts facts, Found found, int row, int ground, int place) noexcept nogil
cdef int test_due_within_force(Law law, Facts facts, Found found, int row, int ground, int place) noexcept nogil
cdef int test_named(Law law, Days days, Facts facts, Found found, int row, int place) noexcept nogil
cdef int first_day(Law law, Found found, int row) noexcept nogil
cdef int open_since(Law law, Days days, Found found, int row) noexcept nogil
