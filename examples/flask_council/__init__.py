"""A host on Flask: its tables and the store's in one database, by one Alembic, written in one transaction."""
