"""The benchmarks and their seeded data."""
