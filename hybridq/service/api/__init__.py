"""The service over HTTP: checks requests, keeps jobs, and never computes."""
