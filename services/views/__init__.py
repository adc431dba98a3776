"""The pages of the catalogue, and those where it is set up."""
