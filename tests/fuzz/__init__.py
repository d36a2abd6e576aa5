"""Whatever comes in, an error of ours comes out: a run by command, and a sample of it in the suite.

`material.py` has what is right, `mess.py` spoils it, `options.py` makes commands out of every option that there is, and
`doors.py` says what must hold at each door. The run (`python -m tests.fuzz`) makes new examples each time; the suite
takes the same ones.
"""
