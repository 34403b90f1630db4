public import Inventory

/// Rows that are about to be published without transactions: written down before the first of them is sent, so that
/// whoever takes over knows of which the newest message may be in its topic though the ledger does not say so.
public struct Intent: Equatable, Sendable {
    /// What the ledger will say of a pair's alert.
    public struct Alert: Equatable, Sendable {
        public var pair: Pair
        public var entry: LedgerEntry

        public init(_ pair: Pair, _ entry: LedgerEntry) {
            self.pair = pair
            self.entry = entry
        }
    }

    /// The first input partition of the shard.
    public var partition: Partition
    /// One of several of a transaction.
    public var part: UInt32
    /// The next input offset to read, by partition: the rows are as of there.
    public var offsets: [Partition: Offset]
    public var alerts: [Alert]
    /// Pairs of the stock table.
    public var stock: [Pair]
    /// Products of the rollup.
    public var rollup: [ProductID]

    public init(
        partition: Partition, part: UInt32, offsets: [Partition: Offset], alerts: [Alert] = [],
        stock: [Pair] = [], rollup: [ProductID] = []
    ) {
        self.partition = partition
        self.part = part
        self.offsets = offsets
        self.alerts = alerts
        self.stock = stock
        self.rollup = rollup
    }
}

extension StateEncoder {
    static func write(_ intent: Intent, into value: inout LittleEndianWriter) {
        value.append(UInt32(intent.offsets.count))
        for (partition, offset) in intent.offsets.sorted(by: { $0.key < $1.key }) {
            value.append(partition.rawValue)
            value.append(offset.rawValue)
        }
        value.append(UInt32(intent.alerts.count))
        for alert in intent.alerts {
            value.append(alert.pair.packed)
            write(alert.entry, into: &value)
        }
        value.append(UInt32(intent.stock.count))
        for pair in intent.stock { value.append(pair.packed) }
        value.append(UInt32(intent.rollup.count))
        for product in intent.rollup { value.append(product.rawValue) }
    }

    static func write(_ entry: LedgerEntry, into value: inout LittleEndianWriter) {
        value.append(entry.severity?.rawValue ?? 0)
        value.append(entry.incident)
        value.append(entry.since.microseconds)
        value.append(entry.fingerprint)
    }
}

extension Intent {
    init(
        _ partition: Partition, part: UInt32, _ value: inout LittleEndianReader
    ) throws(StateRecordError) {
        self.init(partition: partition, part: part, offsets: [:])
        var last: Partition?
        for _ in 0..<(try value.read(UInt32.self)) {
            let partition = Partition(try value.read())
            // Ascending, as they were written.
            if let last, partition <= last { throw .foreign }
            offsets[partition] = try StateRecord.readOffset(&value)
            last = partition
        }
        for _ in 0..<(try value.read(UInt32.self)) {
            alerts.append(Alert(Pair(packed: try value.read()), try StateRecord.readEntry(&value)))
        }
        for _ in 0..<(try value.read(UInt32.self)) { stock.append(Pair(packed: try value.read())) }
        for _ in 0..<(try value.read(UInt32.self)) { rollup.append(ProductID(try value.read())) }
    }
}
