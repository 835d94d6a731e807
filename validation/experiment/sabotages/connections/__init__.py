"""Connections made wrong."""
