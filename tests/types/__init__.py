"""The types that a host sees: `surface.py` is read by mypy and by pyright, and runs.

A new public call gets its line there.
"""
