"""The HTTP service: what it answers, what it refuses, what it shows to nobody else, and that it outlives its process.

`conftest.py` asks it in this process; `served.py` runs it as one of its own, and kills it as often as it is told to.
"""
