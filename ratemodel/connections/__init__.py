"""Weights of a rate network and the products with them."""
