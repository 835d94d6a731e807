"""Input made wrong."""
