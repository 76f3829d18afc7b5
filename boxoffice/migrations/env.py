"""What Alembic runs: the migrations, on the connection it is handed."""

from alembic import context

from boxoffice.migrations.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    user_module_prefix="",
)
context.run_migrations()
