"""The discrete rate variants, one file each, and what may be added to them."""
