"""The demo organisation: an IT department, its people, its services and two years of its life.

Told from a seed and from the day it is made, so that the same day gives the same organisation; written through the
same actions as real use, each act at its own time.
"""
