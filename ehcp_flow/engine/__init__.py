"""The compiled rulebook, and the one formulation that runs it.

`rulebook` lays a rulebook out as tables, `counted_days` the ways of counting, `judged_case` the facts of a case;
`kernel` judges them, and `choice` says whether it runs compiled or interpreted. Nothing here knows words:
`ehcp_flow.deadlines` puts the rows of one case into deadlines, `ehcp_flow.bulk` those of many into columns.

What the kernel runs on is touched with `docs/kernel.md` at hand: a new table or function needs its line in the .pxd.
A host imports nothing from here.
"""
