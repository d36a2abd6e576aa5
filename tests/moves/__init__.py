"""The states, their moves, and why a move is refused: `ehcp_flow/states.py` and `ehcp_flow/moves/`.

Every move is asked from every state. `telling.py` tells a case by the state it has reached, and belongs to this folder;
elsewhere a case is told fact by fact, with `tests/telling.py`.
"""
