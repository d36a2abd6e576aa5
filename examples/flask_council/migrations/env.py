"""The host's Alembic. `include_name` keeps autogenerate from dropping the store's tables, which are in no model."""

from functools import partial

import sqlalchemy as sa
from alembic import context

from ehcp_flow.store.administration import include_name
from examples.flask_council.app import PREFIX, Base

engine = sa.create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=partial(include_name, prefix=PREFIX),
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
