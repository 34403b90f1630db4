-- The roles of the compose file's profile sql, for this demonstration alone. Run once, when the database is made.

-- stockd makes its tables itself, in a schema that is its own.
CREATE ROLE stockd LOGIN PASSWORD 'stockd';
CREATE SCHEMA stockd AUTHORIZATION stockd;

-- People and dashboards only read, also tables that stockd makes later.
CREATE ROLE stock_reader NOLOGIN;
GRANT USAGE ON SCHEMA stockd TO stock_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE stockd IN SCHEMA stockd GRANT SELECT ON TABLES TO stock_reader;
CREATE ROLE analyst LOGIN PASSWORD 'analyst' IN ROLE stock_reader;
ALTER ROLE analyst SET search_path = stockd, public;
CREATE ROLE grafana LOGIN PASSWORD 'grafana' IN ROLE stock_reader;
