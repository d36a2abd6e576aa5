"""The compiled rulebook, and the one formulation that runs it.

`rulebook` lays a rulebook out as tables, `days` the ways of counting, `numbered` the facts of a case; `kernel` judges
them, and `choice` says whether it runs compiled or interpreted. Nothing here knows words: `ehcp_flow.deadlines` puts
the rows of one case into deadlines, `ehcp_flow.bulk` those of many into columns.
"""
