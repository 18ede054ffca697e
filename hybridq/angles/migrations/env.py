"""Environment of alembic: the caller's connection, and a version table of its own."""

from alembic import context

from hybridq.angles.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=context.config.attributes["version_table"],
)
with context.begin_transaction():
    context.run_migrations()
