"""Bots built the stock way, to measure ourselves by."""
