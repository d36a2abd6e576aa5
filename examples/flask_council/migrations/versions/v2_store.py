"""The store's tables, in the host's transaction. When a version of ehcp_flow needs another schema, add one like it."""

from alembic import op

from ehcp_flow.store.administration import upgrade_store
from examples.flask_council.app import PREFIX

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Make them, or bring them to the schema of the version that is installed."""
    upgrade_store(op.get_bind(), prefix=PREFIX)
