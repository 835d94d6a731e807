"""Mean, variance and slow adaptation of a cell's synaptic input."""
