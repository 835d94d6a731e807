"""Building a column from the published tables: cells, wiring, inputs, surround."""
