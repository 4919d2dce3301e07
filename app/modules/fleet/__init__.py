"""Trucks and the people who drive and carry, each a resource of the calendar under the same id.

Owns: what a truck holds and where it stands, who works on the trucks and with which licence.
Tables: trucks, drivers.
Invariants: a truck or person and its resource are written in one transaction; a plate or licence stands once
among those in service; licence fields stand exactly at those who drive; nothing is deleted: what left service
keeps its row, because bookings name it.
Announces: nothing. Listens: nothing.
Start reading at: routes.py, service/trucks.py.
"""
