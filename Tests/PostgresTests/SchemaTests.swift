import Inventory
import PostgresSupport
import TestSupport
import Testing

@testable import Postgres

@Suite("The schema", .blocking)
struct SchemaTests {
    private let server: TestServer
    private let database: String
    private let connection: Connection
    private let schema = Schema("Stock \"d\"", .integers)
    private let source = ViewsSource(
        inputTopic: "order-events", groupID: "stockd", stateTopic: "stockd-state", keyedBy: "none")

    init() throws {
        server = try TestServer.shared.get()
        database = try server.makeDatabase()
        connection = try server.connect(database)
    }

    private func prepare() throws(PostgresError) { try schema.prepare(connection, for: source, creates: true) }

    @Test("is made once, with comments, keys and indexes, and then found whole")
    func creation() throws {
        #expect(try schema.shape(connection).missing.count == schema.all.count)
        try prepare()
        let shape = try schema.shape(connection)
        #expect(shape.missing.isEmpty && shape.problems.isEmpty)
        try prepare()
        let comments = try connection.run(
            """
            SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE relnamespace = $1::regnamespace AND relkind = 'r' AND attnum > 0
                AND col_description(c.oid, attnum) IS NULL
            """, [.text(Schema.quoted(schema.name))])
        #expect(comments.rows == [["0"]])
    }

    @Test("is made with ids that are texts, in the order of their bytes")
    func texts() throws {
        let schema = Schema("stockd", IDs(product: .text, warehouse: .integer))
        try schema.prepare(connection, for: source, creates: true)
        #expect(try schema.shape(connection).problems.isEmpty)
        let numbers = Schema("stockd", .integers)
        let error = #expect(throws: PostgresError.self) {
            try numbers.prepare(connection, for: source, creates: true)
        }
        #expect(
            error?.message.hasPrefix("stockd.current_stock_levels.product_id is of type text; it must be integer; ")
                == true)
    }

    @Test("is not made where it may not be")
    func forbidden() throws {
        let error = #expect(throws: PostgresError.self) {
            try schema.prepare(connection, for: source, creates: false)
        }
        #expect(error?.needsOperator == true && error?.message.contains("stockd postgres init") == true)
    }

    @Test("is refused when it holds another daemon's views")
    func others() throws {
        try prepare()
        var other = source
        other.groupID = "second"
        let error = #expect(throws: PostgresError.self) {
            try schema.prepare(connection, for: other, creates: true)
        }
        #expect(error?.message.contains("kafka.group_id stockd instead of second") == true)
        for statement in schema.removalOfViews { try connection.run(statement) }
        try schema.prepare(connection, for: other, creates: true)
    }

    @Test("a change by hand is refused in words")
    func guarded() throws {
        try prepare()
        for statement in [
            "INSERT INTO \(schema.qualified("partitions")) VALUES (1, '', 1, 1, 1, now())",
            "UPDATE \(schema.qualified("current_stock_levels")) SET current_stock = 1",
            "DELETE FROM \(schema.qualified("alert_changes"))", "TRUNCATE \(schema.qualified("low_stock_alerts"))",
        ] {
            let error = #expect(throws: PostgresError.self, "\(statement)") { try connection.run(statement) }
            #expect(error?.message.contains("is kept by stockd and cannot be changed by hand") == true)
        }
    }

    @Test("a table of another shape is refused in words")
    func shapes() throws {
        try prepare()
        let fingerprint = try Schema.fingerprint(connection.run(schema.fingerprintQuery))
        for (table, change) in [
            ("current_stock_levels", "ALTER current_stock TYPE numeric"), ("low_stock_alerts", "DROP COLUMN since"),
            ("multi_warehouse_inventory", "DROP CONSTRAINT multi_warehouse_inventory_pkey"),
        ] {
            try connection.run("ALTER TABLE \(schema.qualified(table)) \(change)")
        }
        #expect(try Schema.fingerprint(connection.run(schema.fingerprintQuery)) != fingerprint)
        #expect(
            try schema.shape(connection).problems == [
                "Stock \"d\".current_stock_levels.current_stock is of type numeric; it must be bigint",
                "Stock \"d\".low_stock_alerts has no column since",
                "Stock \"d\".multi_warehouse_inventory must have the primary key (product_id)",
            ])
        #expect(throws: PostgresError.self) { try prepare() }
    }

    @Test("a lost table or guard is made again, and the rows of the others are deleted")
    func repair() throws {
        try prepare()
        try connection.transaction { (connection) throws(PostgresError) in
            try connection.run("INSERT INTO \(schema.qualified("partitions")) VALUES (1, '', 1, 1, 1, now())")
        }
        try connection.run("DROP TRIGGER stockd_guard ON \(schema.qualified("partitions"))")
        try prepare()
        #expect(try connection.run("SELECT FROM \(schema.qualified("partitions"))").rows.count == 1)
        #expect(throws: PostgresError.self) { try connection.run("DELETE FROM \(schema.qualified("partitions"))") }
        try connection.run("DROP TABLE \(schema.qualified("low_stock_alerts"))")
        try prepare()
        #expect(try connection.run("SELECT FROM \(schema.qualified("partitions"))").rows.isEmpty)
    }

    @Test("a role gets just the rights that it needs")
    func rights() throws {
        try prepare()
        let (writer, reader) = ("writer_\(database)", "reader_\(database)")
        for role in [writer, reader] { try connection.run("CREATE ROLE \(role) LOGIN") }
        for statement in schema.rights(ofWriter: writer) + schema.rights(ofReader: reader) {
            try connection.run(statement)
        }
        let writing = try server.connect(database, user: writer)
        try schema.prepare(writing, for: source, creates: false)
        try writing.transaction { (writing) throws(PostgresError) in
            try writing.run("DELETE FROM \(schema.qualified("current_stock_levels"))")
        }
        let reading = try server.connect(database, user: reader)
        try reading.run("SELECT * FROM \(schema.qualified("alert_changes"))")
        #expect(throws: PostgresError.self) { try reading.run("SELECT * FROM \(schema.qualified("partitions"))") }
    }

    @Test("removing everything leaves nothing behind")
    func removal() throws {
        try prepare()
        for statement in schema.removal { try connection.run(statement) }
        let rest = try connection.run(
            "SELECT FROM pg_class WHERE relnamespace = $1::regnamespace", [.text(Schema.quoted(schema.name))])
        #expect(rest.rows.isEmpty)
    }
}
