import Inventory
import Pipeline

/// What a change of a row means; the version is the position in the database's log.
enum SimRowChange {
    case upsert(id: Int64, pair: Pair, units: Int64, second: Int64, version: Int64)
    case delete(id: Int64, version: Int64)
    case truncate(version: Int64)
}

/// A database with an events table and a connector that reports its changes: in order for each row, and again from
/// an older position after a restart.
struct SimRows {
    private struct Told {
        var record: SimRecord
        var meaning: SimInput
        /// A tombstone follows its delete.
        var isTombstone = false
    }

    private var rows: [Int64: Bool] = [:]
    private var lastID: Int64
    private var log: Int64 = 100
    private var told: [Int32: [Told]] = [:]
    private let pairs: [Pair]
    private let names: SimIDs
    private let refusesUnknown: Bool
    private let appliesTruncate: Bool
    private let truncates: Int

    init(_ random: inout SplitMix64, _ settings: PipelineSettings, _ pairs: [Pair], _ names: SimIDs) {
        self.names = names
        self.pairs = pairs
        refusesUnknown = settings.unknownType == .deadLetter
        appliesTruncate = settings.onTruncate == .apply
        truncates = random.pick([0, 0, 15])
        lastID = random.pick([0, 60, -20, 1 << 40])
    }

    /// The next change, and the messages to write with their partitions.
    mutating func next(
        _ random: inout SplitMix64, partitions: Int
    ) -> [(partition: Int32, record: SimRecord, meaning: SimInput)] {
        if random.happens(100), let (partition, again) = resend(&random) {
            return again.map { (partition, $0.record, $0.meaning) }
        }
        log += Int64(random.within(1...50))
        if random.happens(truncates) {
            let partition = Int32(random.below(partitions))
            let record = SimRecord(offset: 0, value: Array(#"{"op":"t",\#(source)}"#.utf8))
            rows = [:]
            let meaning: SimInput = appliesTruncate ? .change(.truncate(version: log)) : .bad
            return tell(partition, [Told(record: record, meaning: meaning)])
        }
        if random.happens(250), let id = rows.keys.sorted().randomElement(using: &random) {
            rows[id] = nil
            return tell(partition(of: id, partitions), deleted(id, &random))
        }
        var id = lastID
        if random.happens(450), let known = rows.keys.sorted().randomElement(using: &random) {
            id = known
        } else {
            lastID += Int64(random.pick([1, 1, 1, 2, 40, 700]))
            id = random.happens(100) ? lastID - Int64(random.below(30)) : lastID
        }
        let isNew = rows.updateValue(true, forKey: id) == nil
        return tell(partition(of: id, partitions), [upserted(id, isNew, &random)])
    }

    private func partition(of id: Int64, _ count: Int) -> Int32 {
        Int32(((id % Int64(count)) + Int64(count)) % Int64(count))
    }

    private mutating func tell(
        _ partition: Int32, _ messages: [Told]
    ) -> [(partition: Int32, record: SimRecord, meaning: SimInput)] {
        told[partition, default: []] += messages
        if told[partition]!.count > 10 { told[partition]!.removeFirst() }
        return messages.map { (partition, $0.record, $0.meaning) }
    }

    private func resend(_ random: inout SplitMix64) -> (Int32, [Told])? {
        guard let partition = told.keys.sorted().randomElement(using: &random), let told = told[partition],
            let first = told.indices.filter({ !told[$0].isTombstone }).randomElement(using: &random)
        else { return nil }
        return (partition, Array(told[first...]))
    }

    private var source: String {
        #""source":{"connector":"postgresql","lsn":\#(log),"ts_ms":\#(1_774_828_800_000 + log * 10)}"#
    }

    private func key(_ id: Int64) -> [UInt8] { Array(#"{"event_id":\#(names.event(id))}"#.utf8) }

    /// The contents of `before`: as little as a replica identity gives, or wrong values.
    private func deleted(_ id: Int64, _ random: inout SplitMix64) -> [Told] {
        let before = random.pick([
            #"{"event_id":\#(names.event(id)),"event_type":"","product_id":0,"warehouse_id":"","quantity":0}"#,
            #"{"event_id":\#(names.event(id))}"#, "null",
        ])
        let value = #"{"before":\#(before),"after":null,"op":"d",\#(source)}"#
        let delete = SimRecord(offset: 0, key: key(id), value: Array(value.utf8))
        var messages = [Told(record: delete, meaning: .change(.delete(id: id, version: log)))]
        if random.happens(700) {
            messages.append(
                Told(record: SimRecord(offset: 0, key: key(id)), meaning: .tombstone, isTombstone: true))
        }
        return messages
    }

    private func upserted(_ id: Int64, _ isNew: Bool, _ random: inout SplitMix64) -> Told {
        let pair = random.pick(pairs)
        let type = random.pick(["RECEIVED", "RECEIVED", "SHIPPED", "SHIPPED", "RETURNED", "ODD"])
        let quantity = Int64(random.pick([0, 1, 2, 3, 5, 8, 30]))
        let second = SimProducer.firstSecond + Int64(random.below(86_000))
        let row =
            #"{"event_id":\#(names.event(id)),"event_type":"\#(type)","#
            + #""product_id":\#(names.product(pair.product.rawValue)),"#
            + #""warehouse_id":\#(names.warehouse(pair.warehouse.rawValue)),"#
            + #""quantity":\#(quantity),"event_time":\#(second)}"#
        let value = #"{"before":null,"after":\#(row),"op":"\#(isNew ? "c" : "u")",\#(source)}"#
        let sign: Int64 = type == "SHIPPED" ? -1 : type == "ODD" ? 0 : 1
        let meaning: SimInput =
            type == "ODD" && refusesUnknown
            ? .bad
            : .change(.upsert(id: id, pair: pair, units: sign * quantity, second: second, version: log))
        return Told(record: SimRecord(offset: 0, key: key(id), value: Array(value.utf8)), meaning: meaning)
    }
}
