-- Two roles: `kb_owner` owns the tables and migrates; `kb_serving` owns nothing and serves.
-- As superuser, with both passwords given:
--     psql -v owner_password=… -v serving_password=… -f roles.sql postgres
\set ON_ERROR_STOP on
CREATE ROLE kb_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE kb_serving LOGIN PASSWORD :'serving_password';
CREATE DATABASE kb OWNER kb_owner ENCODING 'UTF8' TEMPLATE template0;
\connect kb
REVOKE ALL ON DATABASE kb FROM PUBLIC;
GRANT CONNECT ON DATABASE kb TO kb_serving;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO kb_owner;
GRANT USAGE ON SCHEMA public TO kb_serving;
-- Whatever the owner makes, also in a restore and in later updates. TRUNCATE is not among it.
ALTER DEFAULT PRIVILEGES FOR ROLE kb_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kb_serving;
ALTER DEFAULT PRIVILEGES FOR ROLE kb_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO kb_serving;
