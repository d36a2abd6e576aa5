"""What the kernel judges of a case: what starts a clock, discharges it or excuses it, and in which status it ends.

Most of it is asked through `ehcp_flow.deadlines`, as a host asks. The choice, the types and the edges of the kernel are
asked directly; `rules.py` has a story for each rule, which other folders use too.
"""
