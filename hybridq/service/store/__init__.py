"""The database of the service: tables, migrations, transactions."""
