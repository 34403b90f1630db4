public import Inventory
internal import Synchronization
internal import Wire

/// The reference tables that come from files. A reading counts whole or not at all: while either file has a
/// mistake, both tables stay as they were, so that products and warehouses always belong together.
public final class ReferenceFiles: Sendable {
    /// The tables as last read; nil for one that comes from a topic.
    public struct Tables: Equatable, Sendable {
        public var products: Catalog.Products?
        public var warehouses: Catalog.Warehouses?

        /// The tables a worker joins with.
        public var catalog: Catalog {
            Catalog(products: products ?? Catalog.Products(), warehouses: warehouses ?? Catalog.Warehouses())
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
    private let current = Mutex<Tables?>(nil)

    /// - Parameters: paths of CSV or JSON files, by their ending; nil for a table that comes from a topic.
    public init(products: String?, warehouses: String?) {
        self.products = products
        self.warehouses = warehouses
    }

    public convenience init(_ configuration: Configuration) {
        self.init(
            products: configuration.reference.products.file,
            warehouses: configuration.reference.warehouses.file)
    }

    /// The tables in force; nil before the first good reading.
    public var tables: Tables? { current.withLock { $0 } }

    /// Reads the files: at start, and again at each SIGHUP.
    public func load() -> Outcome {
        var mistakes: [String] = []
        let tables = Tables(
            products: Self.read(
                products, csv: ReferenceRows.products(csv:), json: ReferenceRows.products(json:), &mistakes),
            warehouses: Self.read(
                warehouses, csv: ReferenceRows.warehouses(csv:), json: ReferenceRows.warehouses(json:),
                &mistakes))
        guard mistakes.isEmpty else { return .kept(mistakes: mistakes) }
        return current.withLock { current in
            if current == tables { return .unchanged }
            current = tables
            return .replaced(tables)
        }
    }

    private static func read<Row: TableRow>(
        _ path: String?, csv: ([UInt8]) throws(ReferenceMistakes) -> [Row],
        json: ([UInt8]) throws(ReferenceMistakes) -> [Row], _ mistakes: inout [String]
    ) -> RowTable<Row>? {
        guard let path else { return nil }
        do {
            let bytes = try FileContent.stableBytes(ofFile: path)
            return RowTable(path.lowercased().hasSuffix(".json") ? try json(bytes) : try csv(bytes))
        } catch let error as ReferenceMistakes {
            mistakes += error.mistakes.map { "\(path): \($0)" }
        } catch {
            mistakes.append("\(path): \(error)")
        }
        return nil
    }
}
