"""The programs of `examples/` run, and print what they say they print.

They are what a host copies from. (`examples/test_our_procedure.py` tests itself.)
"""
