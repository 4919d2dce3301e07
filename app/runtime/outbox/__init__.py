"""The outbox: events written with the change they tell of, relayed to the queue, consumed once."""
