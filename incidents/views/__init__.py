"""The pages of incidents, of major ones, and of their reports."""
