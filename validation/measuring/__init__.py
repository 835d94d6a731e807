"""What measures are made with: their contract, the reference and the model compared."""
