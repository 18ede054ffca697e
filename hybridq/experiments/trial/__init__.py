"""One trial: conditions in, figures out."""
