"""What experiments have found: tables, statistics, comparisons, figures, reports."""
