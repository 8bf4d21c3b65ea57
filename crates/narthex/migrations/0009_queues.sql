-- What waits, by lane: claims take of each lane what is due, and metrics count it, without a look at any other row.
CREATE INDEX courier_messages_waiting ON courier_messages (channel, due_at, created_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (hook, due_at, created_at) WHERE due_at IS NOT NULL;
