"""Files that a run reads and writes, whole or not at all."""
