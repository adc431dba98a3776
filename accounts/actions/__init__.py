"""What happens to people, teams, entities, roles and tokens.

One function for each act; page, API, import and demo call the same.
"""
