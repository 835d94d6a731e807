"""HDF5 files: those of others read with distrust, ours written whole."""
