-- Each time the database was put back from a copy, and all that was open before was closed.
CREATE TABLE epochs (
    cutoff         INTEGER PRIMARY KEY, -- what was made below this id is dead
    at             INTEGER NOT NULL,
    subjects_above INTEGER NOT NULL     -- numbers of people go on above this, where people are numbered
) STRICT;
