"""Holds on diverted charges: their clocks open work for people, and only prosecutors end them."""
