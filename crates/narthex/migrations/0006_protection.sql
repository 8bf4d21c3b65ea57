CREATE TABLE throttle (
    digest {bytes} NOT NULL PRIMARY KEY,
    forgotten_at {time} NOT NULL,
    held_until {time} NOT NULL
);
CREATE INDEX throttle_age ON throttle (forgotten_at);

ALTER TABLE sessions ADD COLUMN last_used_at {time};
