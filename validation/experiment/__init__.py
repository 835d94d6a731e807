"""Both models on the same stimuli."""
