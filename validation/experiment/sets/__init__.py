"""Sets of test stimuli with their own duration, dropped start and input wiring."""
