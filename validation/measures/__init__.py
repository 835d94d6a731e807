"""The measures a rate model is judged by, one file each."""
