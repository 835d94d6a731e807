"""Which tau_r the rate models get."""
