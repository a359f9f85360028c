"""Benchmarks: the hub measured beside what one would use instead, in one run on one machine."""
