"""Run by alembic: the revisions, on the connection and in the transaction of `hub.records.store_schema`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
