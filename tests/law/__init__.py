"""The law of England, limit by limit: the days around each last lawful one; and how a rulebook is read.

`oracle.py` counts every last lawful day from the words of the law, and knows nothing of the engine; nothing may be
imported there from the package. `chronologies.py` draws the stories that start each clock from the rulebook.
"""
