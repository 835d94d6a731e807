"""Images for the tasks: where they come from, and how they are split."""
