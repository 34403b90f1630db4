import BenchmarkInput
import Inventory
import Wire

/// Debezium's envelopes over a log that is full already: of ten changes seven inserts, two updates and a delete.
final class ChangeSubject {
    private static let pairs = 5_000
    private static let batch = 2_000
    let count = 20_000
    private let decoder = InputDecoder()
    private var aggregate: Aggregate
    private var bytes: [UInt8] = []
    private var starts = [0]

    init() {
        aggregate = Aggregate(inputs: 1, dedupeWindow: 0, catalog: EventText.catalog(pairs: Self.pairs))
        var rows = RowSource(layout: .dense, pairs: Self.pairs)
        for _ in 0..<10 * count { Self.apply(rows.stock().change, &aggregate) }
        aggregate.consolidate { _ in }
        aggregate.commit()
        for _ in 0..<count {
            bytes += Array(CaptureText.envelope(rows.mixed()).utf8)
            starts.append(bytes.count)
        }
    }

    func follow() {
        let (bytes, starts, decoder) = (bytes, starts, decoder)
        var applied = 0
        bytes.withUnsafeBytes { bytes in
            for index in 0..<count {
                let value = UnsafeRawBufferPointer(rebasing: bytes[starts[index]..<starts[index + 1]])
                guard case .change(let change)? = try? decoder.decode(key: nil, value: value) else { continue }
                Self.apply(change, &aggregate)
                applied += 1
                guard (index + 1) % Self.batch == 0 else { continue }
                aggregate.consolidate { _ in }
                aggregate.commit()
            }
        }
        precondition(applied == count, "every change is followed")
    }

    private static func apply(_ change: RowChange, _ aggregate: inout Aggregate) {
        _ = aggregate.apply(change, source: Source(partition: Partition(0), offset: Offset(0)))
    }
}
