"""The pages of projects and tasks."""
