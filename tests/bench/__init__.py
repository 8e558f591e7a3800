"""Benchmarks: the real program beside the stock bot, against the goals it has."""
