"""Use cases of files: announcing and completing, looking at what arrived, attaching."""
