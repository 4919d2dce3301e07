"""The outside world: one folder per port, one file per provider, and one that works on this machine alone.

Invariants: vendor libraries are imported here alone; heavy ones inside the function that needs them.
Adapters take plain arguments, never settings; what they raise stands in the port.
"""
