-- The app whose test side this is: it goes where that one goes. NULL for every other.
ALTER TABLE clients ADD COLUMN live_of BIGINT;
CREATE UNIQUE INDEX clients_live_of ON clients (live_of) WHERE live_of IS NOT NULL;
