"""The variants with delays as they are: of second order in the step."""
