"""Demo data that looks real: sixty companies around twenty cities, their fleets, prices and half a year of work.

A composition like main and cli: it plays the modules' own services under a clock that moves, so that nothing in the
data could not have come about over HTTP. The same number gives the same data. Development and test only.
Start reading at: play.py.
"""
