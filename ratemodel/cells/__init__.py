"""What a single cell does with its input: filters, membrane, adaptation, transfer."""
