"""Responses made wrong, without a run of their own."""
