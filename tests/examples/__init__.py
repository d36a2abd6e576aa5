"""The programs of `examples/` run, and print what they say they print.

They are what a host copies from. (`examples/our_council` tests itself, and `tests/testing` runs it over its cases.)
"""
