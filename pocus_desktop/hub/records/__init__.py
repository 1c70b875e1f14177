"""The hub's database, SQLite or PostgreSQL: tables, their revisions, and what is entered in one transaction."""
