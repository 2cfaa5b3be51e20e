-- The password that an account had when a mail was sent which can take something back, under the number of its link.
CREATE TABLE earlier_passwords (
    id       BIGINT PRIMARY KEY,
    subject  BIGINT NOT NULL,
    password TEXT NOT NULL
);

CREATE INDEX earlier_passwords_by_subject ON earlier_passwords (subject);
