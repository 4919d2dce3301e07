"""What `make` does on one machine: packages, services, secrets, the program and its tests.

Standard library alone: it runs before any dependency is installed.
Owns: `.venv/`, `var/local/` (what `make run` keeps), `var/test/` (thrown away after each run).
Start reading at: commands.py, then program.py and services.py.
"""
