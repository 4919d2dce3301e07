"""MoveHub: the open, self-hosted backend of a marketplace for moving companies."""
