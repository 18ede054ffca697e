"""The ledger: every execution, written before it is submitted and kept for good."""

from hybridq.backends.ledger.ledger import DEFAULT_LEDGER, Ledger
from hybridq.backends.ledger.records import Batch, BatchState, Run

__all__ = ["DEFAULT_LEDGER", "Batch", "BatchState", "Ledger", "Run"]
