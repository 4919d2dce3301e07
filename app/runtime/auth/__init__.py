"""Signing in, the plumbing of it: access tokens, passwords, cookies, and the actor of a request as a dependency.

Invariants: python-jose is imported by tokens.py alone; a token is verified once a request, in the middleware.
"""
