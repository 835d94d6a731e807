"""The scenarios of the training: what of the data's network is kept."""
