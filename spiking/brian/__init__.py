"""The network as Brian2 objects."""
