"""Rate limits: in Redis; without it, doors' limits in PostgreSQL and all others in the process (decision 0005)."""
