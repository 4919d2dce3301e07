"""The business. `ls` is the table of contents; each module's card stands in its `__init__.py`."""
