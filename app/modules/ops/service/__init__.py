"""Use cases of the platform's own people, one file a subject."""
