"""Scanners for harmful files.

Owns: the adapter to ClamAV's daemon.
Invariants: no answer is not a good answer.
Start reading at: clamd.py.
"""
