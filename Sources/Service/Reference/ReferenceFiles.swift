public import Inventory
internal import Kafka
internal import Synchronization
public import Wire

/// The reference tables that come from files. A reading counts whole or not at all: while a file has a mistake, all
/// tables stay as they were, so that they always belong together.
public final class ReferenceFiles: Sendable {
    /// The tables as last read; nil for one that comes from a topic.
    public struct Tables: Equatable, Sendable {
        public var products: Catalog.Products?
        public var warehouses: Catalog.Warehouses?
        public var thresholds: Catalog.Thresholds?
        /// What a person should know of the files although it is no mistake.
        public var notes: [String] = []

        /// The tables a worker joins with.
        public var catalog: Catalog {
            Catalog(
                products: products ?? Catalog.Products(), warehouses: warehouses ?? Catalog.Warehouses(),
                thresholds: thresholds ?? Catalog.Thresholds())
        }
    }

    public enum Outcome: Equatable, Sendable {
        case replaced(Tables)
        /// Read, and the same as before.
        case unchanged
        /// The old tables stay. At the first reading there are none, and the daemon cannot start.
        case kept(mistakes: [String])
    }

    private let products: String?
    private let warehouses: String?
    private let thresholds: String?
    /// How the rows are written in files that hold messages of a topic.
    private let messages: [ReferenceKind: SourceFormat]
    private let ids: IDs
    private let current = Mutex<Tables?>(nil)

    /// - Parameters:
    ///   - products: The path of a CSV or JSON file; nil for a table that comes from a topic.
    ///   - warehouses: Likewise.
    ///   - thresholds: Likewise; also nil where there is no such table.
    ///   - messages: For the tables whose file may hold messages of their topic, one a line: how they are written.
    ///   - ids: What the ids of the rows are.
    public init(
        products: String?, warehouses: String?, thresholds: String? = nil,
        messages: [ReferenceKind: SourceFormat] = [:], ids: IDs = .integers
    ) {
        self.ids = ids
        self.products = products
        self.warehouses = warehouses
        self.thresholds = thresholds
        self.messages = messages
    }

    public convenience init(_ configuration: Configuration) {
        self.init(
            products: configuration.reference.products.file,
            warehouses: configuration.reference.warehouses.file,
            thresholds: configuration.reference.thresholds?.file, ids: configuration.ids.table)
    }

    /// The tables in force; nil before the first good reading.
    public var tables: Tables? { current.withLock { $0 } }

    /// Reads the files: at start, and again at each SIGHUP.
    public func load() -> Outcome {
        // A file's text and its rows one by one take several times as much as the table.
        defer { BacklogMemory.giveBackWithoutBacklog() }
        var mistakes: [String] = []
        var read = Tables()
        read.products = Self.read(products, "products", productRows, &read.notes, &mistakes)
        read.warehouses = Self.read(warehouses, "warehouses", warehouseRows, &read.notes, &mistakes)
        read.thresholds = Self.read(thresholds, "thresholds", thresholdRows, &read.notes, &mistakes)
        let tables = read
        guard mistakes.isEmpty else { return .kept(mistakes: mistakes) }
        return current.withLock { current in
            if current == tables { return .unchanged }
            current = tables
            return .replaced(tables)
        }
    }

    private func productRows(
        _ bytes: [UInt8], _ path: String
    ) throws(ReferenceMistakes) -> ReferenceRows.Read<Product> {
        if let messages = messages(in: bytes, .products) { return Self.plain(try messages.products(bytes)) }
        return try ReferenceRows.products(file: bytes, path: path, ids)
    }

    private func warehouseRows(
        _ bytes: [UInt8], _ path: String
    ) throws(ReferenceMistakes) -> ReferenceRows.Read<Warehouse> {
        if let messages = messages(in: bytes, .warehouses) { return Self.plain(try messages.warehouses(bytes)) }
        return try ReferenceRows.warehouses(file: bytes, path: path, ids)
    }

    private func thresholdRows(
        _ bytes: [UInt8], _ path: String
    ) throws(ReferenceMistakes) -> ReferenceRows.Read<PairThreshold> {
        if let messages = messages(in: bytes, .thresholds) { return Self.plain(try messages.thresholds(bytes)) }
        return try ReferenceRows.thresholds(file: bytes, path: path, ids)
    }

    /// How the messages are read that a file holds; nil for one that holds a table.
    private func messages(in bytes: [UInt8], _ kind: ReferenceKind) -> ReferenceMessages? {
        guard let format = messages[kind], ReferenceMessages.fill(bytes) else { return nil }
        return ReferenceMessages(format: format, ids: ids)
    }

    private static func plain<Row>(_ rows: [Row]) -> ReferenceRows.Read<Row> {
        ReferenceRows.Read(rows: rows, notes: [])
    }

    private static func read<Row: TableRow>(
        _ path: String?, _ table: String,
        _ rows: ([UInt8], String) throws(ReferenceMistakes) -> ReferenceRows.Read<Row>,
        _ notes: inout [String], _ mistakes: inout [String]
    ) -> RowTable<Row>? {
        guard let path else { return nil }
        // Somebody may have given a URL with a password.
        let masked = SecretText.masked(path)
        let name = masked == SecretText.redacted ? "the file of the \(table)" : masked
        do {
            let read = try rows(FileContent.stableBytes(ofFile: path), path)
            notes += read.notes.map { "\(name): \($0)" }
            return RowTable(read.rows)
        } catch let error as ReferenceMistakes {
            mistakes += error.mistakes.map { "\(name): \($0)" }
            if error.count > error.mistakes.count {
                mistakes.append("\(name): \(error.count - error.mistakes.count) more mistakes are not listed")
            }
        } catch {
            mistakes.append("\(name): \(error)")
        }
        return nil
    }
}
