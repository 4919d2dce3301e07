"""Use cases of the fleet, by what they are about."""
