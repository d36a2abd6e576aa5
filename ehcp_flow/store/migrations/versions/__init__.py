"""The schemas of the store, one file each, in the order of their names.

A file never changes once a store was made with it: a change is a new file, which takes every older store along. Which
schema the library needs stands in `ehcp_flow/store/revisions.py`; `tests/store/test_migrations.py` upgrades each.
"""
