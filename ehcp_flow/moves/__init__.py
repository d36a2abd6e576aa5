"""What `ehcp_flow/states.py` stands on: how guards answer, the machine and the table read out of it, the diagrams.

A state, a move, a fact out of place and a reason against a move are rows of TOML in `ehcp_flow/law/england/moves/`:
these are what a change of law touches, and each is checked when the rulebook is read. A host imports from
`ehcp_flow.states`, and nothing from here.
"""
