"""PostgreSQL: engine, sessions and the only commit, identity of a transaction, error translation, row-level security."""
