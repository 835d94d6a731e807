"""Statistics of rates and trials: numbers in, numbers out."""
