-- How often the browsers that knew an account were forgotten: the mark that one keeps holds for one count.
ALTER TABLE people ADD COLUMN device_epoch INTEGER NOT NULL DEFAULT 0;

-- Which browser a session is in, and which one a notice is about: the same over several sign-ins. What an earlier
-- release writes names none.
ALTER TABLE sessions ADD COLUMN device TEXT;
ALTER TABLE mail_links ADD COLUMN device TEXT;

-- Up to when what an account had allowed to apps is somebody else's doing, and counts no more.
ALTER TABLE people ADD COLUMN consents_from INTEGER NOT NULL DEFAULT 0;
