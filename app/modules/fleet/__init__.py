"""Trucks, the people who drive and carry, and pieces of equipment, each a resource of the calendar under the same id.

Owns: what a truck holds, where it stands and was seen last, its photos; who works on the trucks, with which licence
and skills, as which member they sign in or are invited to, and what an hour of theirs costs; what goes along on
trucks, counted or piece by piece.
Tables: trucks, truck_photos, drivers, equipment.
Invariants: a truck, person or piece and its resource are written in one transaction; a plate or licence stands once
among those in service; licence fields stand exactly at those who drive; nothing is deleted: what left service
keeps its row, because bookings name it.
Announces: nothing. Listens: identity.invitation_accepted.
Start reading at: service/trucks.py, service/drivers.py.
"""
