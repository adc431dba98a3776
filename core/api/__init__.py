"""What every endpoint of the API stands on: pages, errors, parsers, idempotency, versions, limits and the schema."""
