-- Each time the database was put back from a copy, and all that was open before was closed.
CREATE TABLE epochs (
    cutoff         BIGINT PRIMARY KEY, -- what was made below this id is dead
    at             BIGINT NOT NULL,
    subjects_above BIGINT NOT NULL     -- numbers of people go on above this, where people are numbered
);
