"""Sheets: tables in files that come from outside, and those that are made for it.

Nobody knows who made a file that comes in, so it is read by a program of its own that
may use little memory and little time and has nothing worth taking; see `child`.
"""
