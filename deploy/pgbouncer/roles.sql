-- Run once as PostgreSQL's superuser, after the roles and the database exist:
--   psql -v ON_ERROR_STOP=1 -v app=tesigo -f roles.sql postgres
-- What the application asks for at the start of a session when nobody stands between; through PgBouncer it cannot, and
-- so the role has it. The numbers are those of tesigo/platform/urls.py and hold for both ways.
ALTER ROLE :"app" SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE :"app" SET client_encoding = 'UTF8';
ALTER ROLE :"app" SET timezone = 'UTC';
