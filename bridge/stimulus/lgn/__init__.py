"""The LGN: filters after Billeh et al. (2020) and the spikes that they drive."""
