"""What `ehcp_flow/states.py` stands on: the states' names, the tables of moves, the guards, the machine, the diagrams.

A move is a row of `pathway_moves.py` or `dispute_moves.py`, a fact out of place a row of `misplaced.py`, and a reason a
guard of `pathway_guards.py` or `dispute_guards.py`: these are what a change of law touches, and each is checked when it
is imported. A host imports from `ehcp_flow.states`, and nothing from here.
"""
