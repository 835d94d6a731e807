"""The column as SONATA files, ours and other people's."""
