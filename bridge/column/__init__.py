"""The Allen V1 column: cells, wiring, inputs, and SONATA files."""
