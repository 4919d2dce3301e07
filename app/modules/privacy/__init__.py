"""A customer's right to take their data along, and to be forgotten, across all modules.

Owns: the order in which modules are asked; what they hold stands in them.
Tables: none. The list of the erased is kept in the object store, where a restored database does not touch it.
Invariants: what is held of a customer is exported whole, or is erased, or is named in docs/decisions/0016 as kept;
nobody is erased while a move of theirs is held or promised; who was erased stays erased after a restore.
Announces: nothing. Listens: nothing.
Start reading at: service.py.
"""
