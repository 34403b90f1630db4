import java.math.BigDecimal;
import java.sql.DriverManager;
import java.time.OffsetDateTime;

/** Asks the tables through JDBC: names, types and values of their columns, and a prepared statement. */
public class Tables {
    public static void main(String[] arguments) throws Exception {
        try (var connection = DriverManager.getConnection(arguments[0])) {
            for (var table : arguments[1].split(",")) {
                try (var columns = connection.getMetaData().getColumns(null, "stockd", table, null)) {
                    var text = new StringBuilder(table + ":");
                    while (columns.next()) {
                        text.append(" ").append(columns.getString("COLUMN_NAME"))
                                .append("=").append(columns.getString("TYPE_NAME"));
                    }
                    System.out.println(text);
                }
            }
            var query = "SELECT * FROM stockd.low_stock_alerts WHERE product_id = ? AND current_stock < ? ORDER BY warehouse_id";
            try (var statement = connection.prepareStatement(query)) {
                statement.setInt(1, 2);
                statement.setLong(2, 100);
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        System.out.println(rows.getString("warehouse_name") + " " + rows.getLong("current_stock") + " "
                                + rows.getObject("last_updated", OffsetDateTime.class).toInstant() + " "
                                + rows.getString("alert_severity"));
                    }
                }
            }
            var sum = "SELECT sum(current_stock) FROM stockd.current_stock_levels";
            try (var rows = connection.createStatement().executeQuery(sum)) {
                rows.next();
                System.out.println(rows.getObject(1, BigDecimal.class));
            }
        }
    }
}
