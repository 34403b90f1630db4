public import Inventory
internal import Synchronization

/// The reference tables that come from files. A reading counts whole or not at all: while either file has a
/// mistake, both tables stay as they were, so that products and warehouses always belong together.
public final class ReferenceFiles: Sendable {
    /// The tables as last read; nil for one that comes from a topic.
    public struct Tables: Equatable, Sendable {
        public var products: Catalog.Products?
        public var warehouses: Catalog.Warehouses?
    }

    public enum Outcome: Equatable, Sendable {
        case replaced(Tables)
        /// Read, and the same as before.
        case unchanged
        /// The old tables stay. At the first reading there are none, and the daemon cannot start.
        case kept(mistakes: [String])
    }

    private let products: ReferenceFile<Product>?
    private let warehouses: ReferenceFile<Warehouse>?
    private let current = Mutex<Tables?>(nil)

    /// - Parameters: The files; nil for a table that comes from a topic.
    public init(products: ReferenceFile<Product>?, warehouses: ReferenceFile<Warehouse>?) {
        self.products = products
        self.warehouses = warehouses
    }

    /// The tables in force; nil before the first good reading.
    public var tables: Tables? { current.withLock { $0 } }

    /// Reads the files: at start, and again at each SIGHUP.
    public func load() -> Outcome {
        var tables = Tables()
        var mistakes: [String] = []
        tables.products = Self.rows(products, &mistakes)
        tables.warehouses = Self.rows(warehouses, &mistakes)
        guard mistakes.isEmpty else { return .kept(mistakes: mistakes) }
        return current.withLock { current in
            if current == tables { return .unchanged }
            current = tables
            return .replaced(tables)
        }
    }

    private static func rows<Row: TableRow>(
        _ file: ReferenceFile<Row>?, _ mistakes: inout [String]
    ) -> RowTable<Row>? {
        switch file?.load() {
        case .rows(let rows): return RowTable(rows)
        case .mistakes(let found): mistakes += found
        case nil: break
        }
        return nil
    }
}
