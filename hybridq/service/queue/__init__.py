"""A durable queue of jobs with fair shares, leases and fenced ends."""
