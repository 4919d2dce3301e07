"""PostgreSQL: engine, sessions and the only commit, who asks, error translation, row-level security."""
