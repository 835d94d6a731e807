"""What training asks of validation."""
