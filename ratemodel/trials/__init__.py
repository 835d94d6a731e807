"""Trials as a network sees them: stimuli drawn from tasks, batch by batch."""
