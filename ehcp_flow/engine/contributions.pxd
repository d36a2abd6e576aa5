# The types with which Cython compiles contributions.py, together with kernel.py and walk.py and behind them.

cdef int PLANS, REFUSALS, LEAVINGS, DISPUTES, REQUESTS, OPEN_REQUESTS, ASSESSMENTS, REVIEWS, BACKLOG, TRANSFERS, GROUPS
cdef int BY_ACT, BY_ACT_SEEN, BY_DUE
cdef int ACT_DONE, SEEN, DATED, EXCUSED, BESIDE, READ_OTHERWISE, FELL_DUE
cdef int TIMED, OTHER_CLOCK, EXCEPTED, CLAIMED, DUE, IN_DUE_TIME, OVER_A_YEAR, CONTESTABLE
cdef int ABOUT_REQUEST, ABOUT_ASSESSMENT, ABOUT_PLAN, OPEN_ASSESSMENT, IN_ASSESSMENT, IN_DRAFT, HOLDING, KEEPING, LEFT
cdef int WAITING, AGREED, ABOUT
cdef int APPEALED, MEDIATED, DETAINED, DECIDED, REFUSED, WITHDRAWN
cdef int EXPECTED, SENT, SENT_BEFORE, MEETING, MET_BEFORE, MET_AFTER, DECISION, AHEAD, DECIDED_BEFORE, DECIDED_AFTER
cdef int DECIDED_IN_TIME, REVIEW_OWED, OUTCOME, LAST_IN_TIME, LAST_OUTCOME, DUE_WITHIN, DUE_AFTER, ISSUED_WITHIN, ISSUED_AFTER
cdef int IS_SENT, IS_AGREED, IS_CUSTODY, IS_MEDIATION, IS_APPEAL, IS_UNSTATED, IS_BEGUN, KEPT, IS_CLAIM, IS_REFUSAL
cdef int IS_ISSUED
cdef int ASSESS, NOT_ISSUE, FINAL_PLAN, REVIEW_DECISION, REVIEW_TOTAL, REVIEW_DUE, ARRANGED, PHASES, SERIES
cdef int YEAR, NO_LIMIT_NAMED


cdef class Figures:
    cdef public int birth, moved_away, detained, refused, reversed, initial, long_ago, to_amend, made_on
    cdef public const int[::1] group_at, column, when, unless, by, over, by_party
    cdef public const int[::1] rule_group, rule_series, rule_nth, limit_final
    cdef public const int[::1] key_group, key_kind, key_outcome, key_plan, state_marks


cdef class Periods:
    cdef public int sets, count
    cdef public const int[::1] set_at, start, end, stock_on, year_after, long_ago


cdef class Rows:
    cdef public int size
    cdef public const int[::1] out, ends


cdef class Entries:
    cdef public int case, tick, low, high, first_step, last_step, period, claimed_on, row, stood
    cdef public int count, capacity, full, most_rows, most_facts
    cdef public int[::1] out_case, out_column, out_period, out_days, out_whom, out_on
    cdef public int[::1] by_day, series_row, series_base, series_count, kept, kept_count, excused


cdef int contribute(
    Figures figures, Periods periods, Facts facts, Rows rows, History history, Entries entries, int case, int cases
) noexcept nogil
cdef void add_case(
    Figures figures, Periods periods, Facts facts, Rows rows, History history, Entries entries, int case
) noexcept nogil
cdef int began_on(Figures figures, Facts facts, Entries entries) noexcept nogil

cdef void count(
    Figures figures, Periods periods, Entries entries, int group, int marks, int days, int whom
) noexcept nogil
cdef void enter(Entries entries, int column, int period, int days, int whom, int day) noexcept nogil
cdef int rank(const int[::1] table, int low, int high, int value) noexcept nogil

cdef void lay_out_rows(Figures figures, Rows rows, Entries entries, int first, int last) noexcept nogil
cdef void sort(Figures figures, Rows rows, Entries entries, int series) noexcept nogil
cdef bint comes_before(Figures figures, Rows rows, int one, int other) noexcept nogil
cdef int last_started(Entries entries, int series, int day) noexcept nogil
cdef int first_started(Entries entries, int series, int day) noexcept nogil
cdef int one_of_day(Rows rows, Entries entries, int at, int end) noexcept nogil
cdef bint fell_away(Rows rows, int row) noexcept nogil
cdef int day_at(Facts facts, int place) noexcept nogil
cdef bint by_then(Facts facts, int place, int day) noexcept nogil
cdef void add_deadlines(
    Figures figures, Periods periods, Facts facts, Rows rows, Entries entries, int first, int last
) noexcept nogil

cdef void add_facts(
    Figures figures, Periods periods, Facts facts, Rows rows, History history, Entries entries
) noexcept nogil
cdef void keep_place(Entries entries, int kind, int place) noexcept nogil
cdef bint is_of_plan(Figures figures, int limit) noexcept nogil
cdef int state_before(Figures figures, History history, Entries entries, int place) noexcept nogil
cdef void add_steps(
    Figures figures, Periods periods, Facts facts, Rows rows, History history, Entries entries
) noexcept nogil
cdef void add_act(
    Figures figures, Periods periods, Facts facts, Rows rows, Entries entries, int group, int series, int day
) noexcept nogil
cdef bint is_said_to_be_excepted(Facts facts, Entries entries, int base, int day) noexcept nogil
cdef int kept_before(Entries entries, int kind, int place) noexcept nogil

cdef void take_stock(
    Figures figures, Periods periods, Facts facts, Rows rows, History history, Entries entries, int period
) noexcept nogil
cdef void add_requests(
    Figures figures, Periods periods, Facts facts, Rows rows, Entries entries, int start, int end, int stock_on
) noexcept nogil
cdef int became_of(Figures figures, Facts facts, Rows rows, Entries entries, int day, int stock_on) noexcept nogil
cdef bint is_kept_between(Facts facts, Entries entries, int kind, int since, int until) noexcept nogil
cdef void add_open_request(
    Figures figures, Periods periods, Rows rows, Entries entries, int last
) noexcept nogil
cdef void add_reviews(
    Figures figures, Periods periods, Facts facts, Rows rows, Entries entries, int period, int behind
) noexcept nogil
cdef int last_decision(Figures figures, Facts facts, Rows rows, Entries entries, int sent) noexcept nogil
cdef int plan_begun(Figures figures, Facts facts, Entries entries, int behind) noexcept nogil
cdef bint is_owed(Periods periods, Facts facts, Rows rows, Entries entries, int period) noexcept nogil
cdef int decided(Figures figures, Facts facts, Rows rows, int row, int sent, int stock_on, int start, int end) noexcept nogil
cdef void add_transfers(
    Figures figures, Periods periods, Facts facts, Rows rows, Entries entries, int period
) noexcept nogil
cdef void add_backlog(
    Figures figures, Periods periods, Facts facts, Rows rows, Entries entries, int period, int last
) noexcept nogil
