"""What measures are made with: their contract, the shared products, the statistics."""
