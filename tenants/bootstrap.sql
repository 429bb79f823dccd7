-- What a database needs before the first upgrade: run once by a superuser, connected to the portal's database.
--   psql -v login=portal -v password=… -f tenants/bootstrap.sql
-- Idempotent. The embedded services run the same file.
--
-- portal_owner     owns every object; may create the clients' roles. Nobody logs in as it.
-- portal_operator  the operator's pages and tasks: the shared tables, no client's schema.
-- portal_client    what all clients' roles have in common: the shared tables, walled by row-level security.
-- :login           the only role that logs in. It has no rights of its own: a transaction that names no role can do nothing.

SELECT format('CREATE ROLE %I NOLOGIN CREATEROLE', 'portal_owner')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_owner') \gexec
SELECT format('CREATE ROLE %I NOLOGIN', 'portal_operator')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_operator') \gexec
SELECT format('CREATE ROLE %I NOLOGIN', 'portal_client')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_client') \gexec
SELECT format('CREATE ROLE %I LOGIN NOINHERIT', :'login')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'login') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'login', :'password') WHERE :'password' <> '' \gexec

GRANT portal_client TO portal_owner WITH ADMIN OPTION;
SELECT format('GRANT portal_owner, portal_operator TO %I WITH INHERIT FALSE, SET TRUE', :'login') \gexec

-- No session state may be needed behind a transaction-pooling proxy, so what a session would set is the role's default.
SELECT format('ALTER ROLE %I SET timezone = %L', :'login', 'UTC') \gexec
SELECT format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', :'login', '5min') \gexec

SELECT format('ALTER DATABASE %I OWNER TO portal_owner', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO portal_owner;
GRANT USAGE ON SCHEMA public TO portal_operator, portal_client;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_operator;
ALTER DEFAULT PRIVILEGES FOR ROLE portal_owner IN SCHEMA public
    GRANT USAGE ON SEQUENCES TO portal_operator, portal_client;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
