"""Use cases of companies, by what they are about."""
