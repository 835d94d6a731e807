"""Cells made wrong."""
