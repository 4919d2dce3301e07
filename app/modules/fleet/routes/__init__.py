"""Routes of the fleet, one file a subject; each has a router of its own that the registry lists."""
