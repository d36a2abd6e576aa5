"""The states of cases over their facts: whole numbers in, whole numbers out.

A region of the state machine is a table: for each state and each key, where a fact of that key leads. This is the one
place where it is gone through: by `ehcp_flow.states` for one case, by `ehcp_flow.bulk` for many, and by the figures for
what they count by a step. The law of a step, its guards and its words are not here: they hang on the number of its
place in the table.

Plain Python over lists, compiled with `ehcp_flow.engine.kernel`, and under the same rules.
"""

# What a key does to the spell that decides by which way a state is left that is only passed through.
BEGINS = 1
ENDS_IT = 2
LEADS_ON = 3
# How many steps a fact can make: its own, on from a state that is only passed through, and on to where something waits.
MOST_STEPS = 3
# How many spells a region can ask about, and how many things can hold a case back or wait: a bit of a number for each.
MOST_BITS = 30


class Moves:
    """A region as tables. `ehcp_flow.moves.region_tables` says what each holds."""

    def __init__(self, tables):
        for name, table in tables.items():
            setattr(self, name, table)


class History:
    """The steps of cases, one after another: the place of each one's fact, its place in the table, and where it leads.

    `ends` says where the steps of each case end, `left_shut` what is shut at the end of each: what waits there. `shut`
    is that of the last one. `held` is what held the last fact back, and `taken` what that was taken as, by the spells
    that it lies in: `inside` has a bit for each, and `since` the day on which it began.
    """

    def __init__(self, space):
        for name, each in space.items():
            setattr(self, name, each)


def walk(moves, facts, history, case, cases):
    """Walk through one case after another, up to the day asked for.

    Return the number of the first that was not walked through, because the history might be too short for it.
    """
    while case < cases:
        low = facts.bounds[case]
        high = facts.bounds[case + 1]
        if MOST_STEPS * (high - low) > history.capacity - history.steps:
            return case
        walk_case(moves, facts, history, low, high)
        history.ends[case] = history.steps
        history.left_shut[case] = history.shut
        case += 1
    return case


def walk_case(moves, facts, history, low, high):
    """Walk through the facts of one case, lawful or not."""
    row = moves.initial * moves.width
    # What is past the keys of facts: the way on from a state, outside a spell, inside it, and where it was led on.
    way_out = moves.keys
    shut = moves.shut_at_first
    held = 0
    taken = -1
    history.inside = 0
    for place in range(low, high):
        if facts.on[place] > facts.as_of:
            break
        key = facts.key[place]
        taken = key
        if moves.turns[key]:
            taken = taken_as(moves, history, key, facts.on[place])
        spell = moves.spell[key]
        if spell == BEGINS:
            way_out = moves.keys + 1
        elif spell == ENDS_IT:
            way_out = moves.keys
        elif spell and way_out > moves.keys:
            way_out = moves.keys + 2
        edge = in_force(moves, row + key, facts.on[place])
        held = moves.held[edge] & shut & moves.fits[taken]
        # What moves nothing here ends nothing that waits.
        opens = moves.opens[taken] & moves.stills if held else moves.opens[taken]
        shut = (shut | moves.shuts[taken]) & ~opens
        to = moves.held_to[edge] if held else moves.to[edge]
        if to >= 0:
            step(history, place, edge, to)
            row = to * moves.width
            edge = in_force(moves, row + way_out, facts.on[place])
            to = moves.to[edge]
            if to >= 0:
                step(history, place, edge, to)
                row = to * moves.width
            waiting = moves.awaited[row // moves.width] & shut
            if waiting:
                edge = in_force(moves, row + moves.ways_out + first_bit(waiting), facts.on[place])
                to = moves.to[edge]
                step(history, place, edge, to)
                row = to * moves.width
    history.shut = shut
    history.held = held
    history.taken = taken


def taken_as(moves, history, key, on):
    """Return what a fact is taken as, by the spells that it lies in; and note which of those it begins and ends.

    It is `ehcp_flow.engine.kernel.take` for what a region asks: no birthday, no party, and nothing that is known later.
    """
    inside = history.inside
    taken = key
    at = moves.asks_at[key]
    end = moves.asks_at[key + 1]
    if inside and at < end:
        way = moves.turned_at[key]
        bit = 1
        while at < end:
            mark = moves.asks[at]
            if inside >> mark & 1 and on - history.since[mark] <= moves.lasts[mark]:
                way += bit
            bit += bit
            at += 1
        taken = moves.turned[way]
    history.inside = inside & ~moves.leaves[taken] | moves.enters[taken]
    at = moves.timed_at[taken]
    end = moves.timed_at[taken + 1]
    while at < end:
        history.since[moves.timed[at]] = on
        at += 1
    return taken


def in_force(moves, edge, on):
    """Return the place of the move that is law on a day: after the last day of one comes the later one."""
    while moves.last[edge] < on:
        edge = moves.later[edge]
    return edge


def first_bit(bits):
    """Return the number of the first of some bits."""
    number = 0
    while not bits >> number & 1:
        number += 1
    return number


def step(history, place, edge, to):
    """Note a step."""
    at = history.steps
    history.place[at] = place
    history.edge[at] = edge
    history.to[at] = to
    history.steps = at + 1
