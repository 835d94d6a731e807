"""Learning within a layer by a Hebbian rule, between layers by gradient."""
