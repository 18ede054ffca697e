"""Webhooks: signed notices of ended jobs, to hosts that the operator allows."""
