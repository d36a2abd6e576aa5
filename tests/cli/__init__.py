"""The commands, as typed: options, what they print, exit codes, and every error in words.

`running.py` runs a command in this process; `test_process.py` runs real ones. What a command and a function must say
alike is asked in `tests/doors` and `tests/bulk`.
"""
