"""The store's own Alembic environment: it runs inside the package and beside a host's migrations, never among them.

The schemas are the files of `versions/`. What runs them is `env.py` here and `ehcp_flow/store/schema.py`; a change of
the schema touches neither.
"""
