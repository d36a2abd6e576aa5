"""The store's own Alembic environment: it runs inside the package and beside a host's migrations, never among them."""
