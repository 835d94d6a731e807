"""Models without a network, held against the column like any other."""
