"""Rates that measures compare, without a simulator."""
