"""The column as arrays that a simulator takes."""
