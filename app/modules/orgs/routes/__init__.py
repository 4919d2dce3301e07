"""Routes of companies, one file a subject; each has a router of its own that the registry lists."""
