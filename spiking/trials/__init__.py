"""What a trial is, and the draws it consumes."""
