"""What the staff send and are shown, one file a subject."""
