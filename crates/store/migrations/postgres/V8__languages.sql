-- The language and the time zone that a person chose, and the language that a mail was asked for in.
ALTER TABLE people ADD COLUMN language TEXT;
ALTER TABLE people ADD COLUMN zone TEXT;
ALTER TABLE mail_links ADD COLUMN language TEXT;
