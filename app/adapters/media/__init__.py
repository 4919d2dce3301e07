"""Looking at files that strangers sent, in a process of its own.

Owns: the process's limits (memory, time), and the way that bytes go in and come out.
Invariants: no decoder of images or documents runs inside the API or the worker.
Start reading at: inspector.py, then looking.py, which is the other process.
"""
