# The types with which Cython compiles walk.py, together with kernel.py and behind it.

cdef int BEGINS, ENDS_IT, LEADS_ON, MOST_STEPS, MOST_BITS


cdef class Moves:
    cdef public int initial, keys, ways_out, width, stills, shut_at_first
    cdef public const int[::1] to, spell, shuts, opens, fits, held, held_to, awaited, last, later
    cdef public const int[::1] turns, turned_at, turned, asks_at, asks, lasts, enters, leaves, timed_at, timed


cdef class History:
    cdef public int steps, capacity, shut, inside, held, taken
    cdef public int[::1] place, edge, to, ends, since, left_shut


cdef int walk(Moves moves, Facts facts, History history, int case, int cases) noexcept nogil
cdef void walk_case(Moves moves, Facts facts, History history, int low, int high) noexcept nogil
cdef int taken_as(Moves moves, History history, int key, int on) noexcept nogil
cdef int in_force(Moves moves, int edge, int on) noexcept nogil
cdef int first_bit(int bits) noexcept nogil
cdef void step(History history, int place, int edge, int to) noexcept nogil
