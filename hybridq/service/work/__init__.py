"""Run jobs: slots, each with a process that has no access to the database."""
