"""The pages of tickets."""
