"""Analysis of experiments: tables, statistics, comparisons, figures, reports."""
