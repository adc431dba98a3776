"""Tickets from files of other systems: read line by line, checked, loaded in batches."""
