"""What validation vouches for: scores, their certificate, and the gate."""
