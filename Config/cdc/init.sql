-- The three tables of the tutorial, with its rows and ids that are texts. Run once, when the database is made.

CREATE TABLE products (
    product_id        text PRIMARY KEY,
    product_name      text NOT NULL,
    category          text NOT NULL,
    reorder_threshold integer,
    unit_price        numeric(10, 2)
);

CREATE TABLE warehouses (
    warehouse_id   text PRIMARY KEY,
    warehouse_name text NOT NULL,
    region         text NOT NULL
);

-- The default replica identity, the primary key, is enough: stockd remembers itself what it counted.
CREATE TABLE order_events (
    event_id     uuid PRIMARY KEY,
    event_type   text NOT NULL,
    product_id   text NOT NULL,
    warehouse_id text NOT NULL,
    quantity     integer NOT NULL CHECK (quantity >= 0),
    event_time   timestamptz NOT NULL
);

COPY products FROM '/stockd/tutorial/texts/products.csv' (FORMAT csv, HEADER true);
COPY warehouses FROM '/stockd/tutorial/texts/warehouses.csv' (FORMAT csv, HEADER true);

CREATE TEMPORARY TABLE lines (line jsonb);
COPY lines FROM '/stockd/tutorial/texts/order-events.ndjson';
INSERT INTO order_events
SELECT
    (line ->> 'event_id')::uuid, line ->> 'event_type', line ->> 'product_id', line ->> 'warehouse_id',
    (line ->> 'quantity')::integer, (line ->> 'event_time')::timestamptz
FROM lines;
DROP TABLE lines;
