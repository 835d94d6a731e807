"""What is read of other people's SONATA networks, what is refused, and what is said."""
