"""Job service: a durable queue, workers in processes, and an API over HTTP."""
