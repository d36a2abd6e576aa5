PATHWAY: Final = Region(
    name="pathway",
    states=State,
    initial=State.NO_CASE,
    moves=(*_REQUEST, *_ASSESSMENT, *_MAKING, *_REVIEW, *_REASSESSMENT, *_CEASING, *_TRANSFER, *_SETTLEMENTS),
    misplaced=(*_MISPLACED, *_NARROW),
    onward=(Onward(FINAL_ISSUED, _ISSUED, g.in_custody),),
    stays=_stays,
)
"""The main pathway of a case: one plan, from the request to its end."""
