"""Asks the tables through psycopg, and waits for a notification: python tables.py CONNECTION."""

import datetime
import json
import sys

import psycopg

with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute("LISTEN stockd_alerts")
    rows = connection.execute(
        "SELECT warehouse_name, current_stock, last_updated, alert_severity FROM stockd.low_stock_alerts"
        " WHERE product_id = %s AND current_stock < %s ORDER BY warehouse_id",
        (2, 100),
    ).fetchall()
    for name, stock, updated, severity in rows:
        print(name, stock, updated.astimezone(datetime.timezone.utc).isoformat(), severity)
    # From here on the test may send the next day's event.
    print("listening", flush=True)
    alerts = [json.loads(notification.payload) for notification in connection.notifies(timeout=60, stop_after=1)]
    for alert in alerts:
        print(alert["change"], alert["product_id"], alert["warehouse_id"], alert["current_stock"])
        # The row is visible at once, under the numbers that the notification has.
        row = connection.execute(
            "SELECT change, current_stock FROM stockd.alert_changes WHERE topic_partition = %s AND topic_offset = %s",
            (alert["topic_partition"], alert["topic_offset"]),
        ).fetchone()
        print(*row)
