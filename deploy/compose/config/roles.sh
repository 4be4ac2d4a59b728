#!/bin/bash
# Run by the database's image when its volume is new: the role of the application, and one that may only replicate.
set -euo pipefail

# Read by psql itself: a password in argv is anybody's.
psql --quiet --set ON_ERROR_STOP=1 --username postgres --dbname tesigo << 'SQL'
\set app `cat /run/secrets/database_password`
\set replica `cat /run/secrets/backup_database_password`
CREATE ROLE tesigo LOGIN PASSWORD :'app';
CREATE ROLE tesigo_backup LOGIN REPLICATION PASSWORD :'replica';
ALTER DATABASE tesigo OWNER TO tesigo;
REVOKE ALL ON DATABASE tesigo FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE, USAGE ON SCHEMA public TO tesigo;
-- What sessions cannot ask for through PgBouncer (deploy/pgbouncer/roles.sql).
ALTER ROLE tesigo SET idle_in_transaction_session_timeout = '30s';
SQL
# Replication from the network of the database only, with a password.
echo "host replication tesigo_backup samenet scram-sha-256" >> "$PGDATA/pg_hba.conf"
