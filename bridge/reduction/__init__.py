"""From the spiking column to the parameters of a rate model."""
