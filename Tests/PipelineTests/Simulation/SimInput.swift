import Inventory
import Pipeline

/// What a record of the input means, as its producer knows it.
enum SimInput {
    case event(id: Int64, pair: Pair, units: Int64, second: Int64)
    case change(SimRowChange)
    case bad
    case tombstone
}

/// Writes order events to the input topic and remembers what they mean.
struct SimProducer {
    private(set) var written: [Int32: [Int64: SimInput]] = [:]
    private var recent: [(partition: Int32, record: SimRecord, meaning: SimInput)] = []
    /// Transactions of the input's own producer, by partition: their number and whether they will commit.
    private var open: [Int32: (number: Int, commits: Bool)] = [:]
    private var transactionCount = 0
    /// How often such a transaction begins, in a thousand events.
    private let transactions: Int
    private var lastID: Int64
    private let isKeyed: Bool
    /// How often the ids jump past the dedupe window, in a thousand events.
    private let jumps: Int
    private let refusesUnknown: Bool
    private let names: SimIDs
    let pairs: [Pair]
    let isWide: Bool
    var warehouses: Int32 { isWide ? 50 : 2 }
    /// In a history of many pairs, those without an event so far.
    private(set) var unseen: [Pair] = []
    /// Where the events are rows of a database.
    private var rows: SimRows?
    /// 2026-03-30T00:00:00Z.
    static let firstSecond: Int64 = 1_774_828_800

    init(_ random: inout SplitMix64, _ settings: PipelineSettings, _ names: SimIDs) {
        self.names = names
        jumps = random.pick([0, 10, 150])
        transactions = random.pick([0, 0, 100])
        isKeyed = settings.keyedBy == .product
        refusesUnknown = settings.unknownType == .deadLetter
        lastID = random.pick([0, 4_090, -20, 1 << 40])
        // Some histories have more pairs than a few checkpoint records hold, all from the start.
        isWide = random.happens(150)
        let warehouses: ClosedRange<Int32> = 1...(isWide ? 50 : 2)
        let all = (1...3).flatMap { product in
            warehouses.map {
                Pair(product: ProductID(Int32(product)), warehouse: WarehouseID($0))
            }
        }
        pairs = Array(all.shuffled(using: &random).prefix(isWide ? 150 : random.within(2...5)))
        if settings.simulatesRows {
            rows = SimRows(&random, settings, pairs, names)
        } else if isWide {
            unseen = pairs
        }
    }

    mutating func produce(_ cluster: SimCluster) {
        let partitions = cluster.topics[.input]!
        if cluster.random.happens(200) { endTransactions(cluster) }
        if cluster.random.happens(30) { partitions[cluster.random.below(partitions.count)].appendControl() }
        if rows != nil, !cluster.random.happens(60) { return produceRows(cluster) }
        if rows == nil, let again = recent.last, cluster.random.happens(120) {
            let chosen = cluster.random.happens(500) ? again : cluster.random.pick(recent)
            return write(cluster, chosen.partition, chosen.record, chosen.meaning)
        }
        let pair = unseen.popLast() ?? cluster.random.pick(pairs)
        let partition =
            isKeyed
            ? pair.product.rawValue % Int32(partitions.count) : Int32(cluster.random.below(partitions.count))
        let key = Array("p\(pair.product.rawValue)".utf8)
        switch cluster.random.below(100) {
        case 0..<2: write(cluster, partition, SimRecord(offset: 0, key: key), .tombstone)
        case 2..<8:
            let value = Array(badValue(&cluster.random).utf8)
            let record = SimRecord(
                offset: 0, key: key, value: value, headers: [(name: "trace", value: [1, 2])])
            write(cluster, partition, record, .bad)
        case 8..<12 where rows != nil:
            write(cluster, partition, SimRecord(offset: 0, value: Array(#"{"ts_ms":1}"#.utf8)), .tombstone)
        case _ where rows != nil: write(cluster, partition, SimRecord(offset: 0, key: key), .tombstone)
        default: writeEvent(cluster, partition, key, pair)
        }
    }

    private mutating func produceRows(_ cluster: SimCluster) {
        let count = cluster.topics[.input]!.count
        for (partition, record, meaning) in rows?.next(&cluster.random, partitions: count) ?? [] {
            if case .change(.truncate) = meaning { cluster.coverage.reached(.truncated) }
            write(cluster, partition, record, meaning)
        }
    }

    private mutating func badValue(_ random: inout SplitMix64) -> String {
        random.pick([
            "{", "[]", "", "{\"event_id\":1}", "nonsense",
            "{\"event_id\":1,\"event_type\":\"RECEIVED\",\"product_id\":1,\"warehouse_id\":1,"
                + "\"quantity\":-1,\"event_time\":1774828800}",
        ])
    }

    private mutating func writeEvent(_ cluster: SimCluster, _ partition: Int32, _ key: [UInt8], _ pair: Pair) {
        var id = lastID + Int64(cluster.random.pick([1, 1, 1, 2, 7]))
        if cluster.random.happens(jumps) { id += Int64(cluster.random.pick([5_000, 9_000, 20_000])) }
        lastID = max(lastID, id)
        if cluster.random.happens(60) { id -= Int64(cluster.random.below(30)) }
        let second = Self.firstSecond + Int64(cluster.random.below(86_000))
        let type = cluster.random.pick([
            "RECEIVED", "RECEIVED", "SHIPPED", "SHIPPED", "SHIPPED", "RETURNED", "ODD",
        ])
        let quantity = Int64(cluster.random.pick([0, 1, 1, 2, 3, 5, 8, 30]))
        let value =
            "{\"event_id\":\(names.event(id)),\"event_type\":\"\(type)\","
            + "\"product_id\":\(names.product(pair.product.rawValue)),"
            + "\"warehouse_id\":\(names.warehouse(pair.warehouse.rawValue)),"
            + "\"quantity\":\(quantity),\"event_time\":\(second)}"
        let sign: Int64 = type == "SHIPPED" ? -1 : type == "ODD" ? 0 : 1
        let meaning =
            type == "ODD" && refusesUnknown
            ? SimInput.bad : .event(id: id, pair: pair, units: sign * quantity, second: second)
        write(cluster, partition, SimRecord(offset: 0, key: key, value: Array(value.utf8)), meaning)
    }

    private mutating func write(
        _ cluster: SimCluster, _ partition: Int32, _ record: SimRecord, _ meaning: SimInput
    ) {
        var record = record
        if open[partition] == nil, cluster.random.happens(transactions) {
            transactionCount += 1
            // A real connector sends lost messages again; the simulated one does not.
            open[partition] = (transactionCount, rows != nil || cluster.random.happens(500))
        }
        record.timestampMs = cluster.nowMs
        record.transaction = open[partition]?.number
        let offset = cluster.partition(.input, Int(partition)).append(record)
        record.transaction = nil
        if open[partition]?.commits ?? true {
            written[partition, default: [:]][offset] = meaning
        } else {
            cluster.coverage.reached(.inputAborted)
        }
        recent.append((partition, record, meaning))
        if recent.count > 12 { recent.removeFirst() }
        if case .tombstone = meaning { cluster.coverage.reached(.tombstone) }
    }

    mutating func endTransactions(_ cluster: SimCluster) {
        for (partition, transaction) in open {
            cluster.partition(.input, Int(partition)).mark(transaction.number, committed: transaction.commits)
        }
        open = [:]
    }
}

extension Catalog {
    /// Reference rows with gaps and thresholds on both sides of the stocks that occur.
    static func simulated(_ random: inout SplitMix64, warehouses count: Int32) -> Catalog {
        var products: [Product] = []
        for id in 1...3 where !random.happens(150) {
            products.append(
                Product(
                    id: ProductID(Int32(id)), name: "Product \(random.below(3))", category: "C",
                    reorderThreshold: random.pick([nil, -4, 0, 1, 4, 5, 10, 10, 20, 40])))
        }
        var warehouses: [Warehouse] = []
        for id in 1...count where !random.happens(100) {
            warehouses.append(
                Warehouse(id: WarehouseID(id), name: "Warehouse \(random.below(2))", region: "R"))
        }
        var thresholds: [PairThreshold] = []
        if random.happens(600) {
            for product in 1...3 as ClosedRange<Int32> {
                for warehouse in 1...count where random.happens(300) {
                    let pair = Pair(product: ProductID(product), warehouse: WarehouseID(warehouse))
                    thresholds.append(
                        PairThreshold(id: pair, reorderThreshold: random.pick([nil, -2, 0, 3, 15, 60])))
                }
            }
        }
        return Catalog(products: products, warehouses: warehouses, thresholds: thresholds)
    }
}
