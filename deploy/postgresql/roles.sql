-- Two roles: `kb_owner` owns the tables and migrates; `kb_serving` owns nothing and serves.
-- As superuser, with both passwords given; a second database, for a restore, by its name:
--     psql -v owner_password=… -v serving_password=… [-v database=kb_restored] -f roles.sql postgres
\set ON_ERROR_STOP on
\if :{?database}
\else
    \set database kb
\endif
SELECT 'CREATE ROLE ' || name || ' LOGIN'
    FROM unnest(ARRAY['kb_owner', 'kb_serving']) AS name
    WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE kb_owner PASSWORD :'owner_password';
ALTER ROLE kb_serving PASSWORD :'serving_password';
CREATE DATABASE :"database" OWNER kb_owner ENCODING 'UTF8' TEMPLATE template0;
\connect :"database"
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO kb_serving;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO kb_owner;
GRANT USAGE ON SCHEMA public TO kb_serving;
-- Whatever the owner makes, also in a restore and in later updates. TRUNCATE is not among it.
ALTER DEFAULT PRIVILEGES FOR ROLE kb_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kb_serving;
ALTER DEFAULT PRIVILEGES FOR ROLE kb_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO kb_serving;
