"""Job service: a durable queue, workers in processes of their own, and an API over HTTP."""
