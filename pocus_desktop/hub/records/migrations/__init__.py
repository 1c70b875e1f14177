"""The history of the hub's database: one line of revisions for every table, for SQLite and PostgreSQL alike.

How to add a table or change one:

1. Change the tables in the module named `store…` that owns them; a new table belongs to `META` in
   `hub.records.store_tables`. A new module of tables is added to `TABLES` in `tests/hub/test_migrations.py`.
2. Add `versions/r00NN_what.py` with the next number, whose `down_revision` is the number before. There is one line:
   whoever lands second takes the next number and names the other's revision as the one before (a test holds it).
3. Write `upgrade` and `downgrade` by `alembic.op`, with the columns spelled out: a revision never imports the tables of
   today. Changes of a column go through `op.batch_alter_table`, since SQLite alters little by itself. What only one
   database has asks `op.get_context().dialect.name`.
4. Add rows for the new table to `FILLED` in `tests/hub/test_migrations.py`: every revision is gone up and down with
   data, on both databases, and the models must equal what the revisions build.

The rest follows: a SQLite hub upgrades itself on opening, a PostgreSQL hub refuses to start until
`pocus hub database upgrade` was run, and the tests' template database is made from the newest revision.

Revisions run in one transaction. A revision that was released is never changed.
"""
