import Foundation
import Kafka
import Pipeline
import TestSupport
import Testing

/// What a request error does to its transaction, by librdkafka's rules.
enum FaultKind: String, CaseIterable {
    /// librdkafka repeats the request; stockd does not notice.
    case retriable
    /// The transaction has to be aborted and its work done again.
    case abortable
    /// The producer has to be replaced.
    case fatal
    /// No answer in time.
    case late
}

struct Fault: CustomTestStringConvertible {
    let api: EmbeddedCluster.API
    let kind: FaultKind
    /// Error codes of the protocol, one round each; 0 for a late success.
    let codes: [Int32]

    var testDescription: String { "\(kind) on \(api)" }

    static let all: [Fault] = [
        Fault(api: .produce, kind: .retriable, codes: [6, 7, 19]),
        Fault(api: .produce, kind: .abortable, codes: [29, 10, 87]),
        Fault(api: .produce, kind: .fatal, codes: [90]),
        Fault(api: .produce, kind: .fatal, codes: [47]),
        Fault(api: .produce, kind: .fatal, codes: [45]),
        // Not a late success: the state is sent first, in a request of its own, and the embedded cluster does not
        // hide it after the abort.
        Fault(api: .produce, kind: .late, codes: [7]),
        Fault(api: .addPartitionsToTxn, kind: .retriable, codes: [14, 16, 51]),
        Fault(api: .addPartitionsToTxn, kind: .abortable, codes: [29, 59]),
        Fault(api: .addPartitionsToTxn, kind: .fatal, codes: [90, 48, 53]),
        Fault(api: .addPartitionsToTxn, kind: .late, codes: [0]),
        Fault(api: .txnOffsetCommit, kind: .retriable, codes: [14, 16, 7]),
        Fault(api: .txnOffsetCommit, kind: .abortable, codes: [22, 25, 30]),
        Fault(api: .txnOffsetCommit, kind: .fatal, codes: [47, 53]),
        Fault(api: .txnOffsetCommit, kind: .late, codes: [0]),
        Fault(api: .endTxn, kind: .retriable, codes: [14, 16, 51]),
        Fault(api: .endTxn, kind: .abortable, codes: [59]),
        Fault(api: .endTxn, kind: .fatal, codes: [90, 48, 53]),
        Fault(api: .endTxn, kind: .late, codes: [0]),
    ]
}

/// Sends one order at a time, each of which raises one alert, so the request that a fault hits and the right result
/// are known exactly. The embedded cluster shows aborted records to every reader, so its records are compared with
/// what the worker says it committed.
@Suite("A request error", .blocking)
struct RequestErrorTests {
    @Test("a request error loses nothing and repeats nothing", arguments: Fault.all)
    func matrix(_ fault: Fault) throws {
        let rig = try Rig("fault", partitions: 1, catalog: Shop.catalog, isEmbedded: true)
        defer { rig.close() }
        rig.deadlineMs = 1_500
        rig.start()
        var sent: [Order] = []
        func sendOne() throws {
            sent.append(Self.order(sent.count))
            try rig.send([sent[sent.count - 1]])
            let views = try rig.settledViews()
            #expect(views.stockRows == Recomputation(sent).stockRows)
        }
        try sendOne()
        try sendOne()
        for code in fault.codes {
            try push(fault, code, to: rig.cluster.embedded)
            try sendOne()
            try rig.cluster.embedded.clearRequestErrors(fault.api)
            try sendOne()
        }
        let counts = try rig.counts
        try rig.stop()
        let messages = try rig.read(.alerts)
        try check(fault, sent, counts, messages)
    }

    @Test("a worker whose every new producer is rejected waits between its attempts")
    func refusedProducer() throws {
        let rig = try Rig("refused", partitions: 1, catalog: Shop.catalog, isEmbedded: true)
        defer { rig.close() }
        // The test's own producer gets its id before the errors begin.
        try rig.send([Self.order(0)])
        // TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        try rig.cluster.embedded.pushRequestErrors(.addPartitionsToTxn, Array(repeating: 53, count: 10_000))
        rig.start()
        let begin = ContinuousClock.now
        let tried = try eventually("it is tried again") {
            let counts = try rig.counts
            let tried = counts.unknownOutcome + counts.fencings
            return tried >= 4 ? tried : nil
        }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        #expect(Double(tried) < 3 * seconds + 4, "\(tried) times in \(seconds) s")
        try rig.cluster.embedded.clearRequestErrors(.addPartitionsToTxn)
        #expect(try rig.settledViews().stockRows == Recomputation([Self.order(0)]).stockRows)
        try rig.stop()
    }

    @Test(
        "a request error that no repetition can cure stops the worker and names the setting to change",
        arguments: [(Int32(53), "kafka.transactional_id"), (Int32(50), "kafka.transaction_timeout")])
    func refusedForGood(_ code: Int32, _ setting: String) throws {
        let rig = try Rig("refused", partitions: 1, catalog: Shop.catalog, isEmbedded: true)
        defer { rig.close() }
        // The test's own producer gets its id before the errors begin.
        try rig.send([Self.order(0)])
        // TRANSACTIONAL_ID_AUTHORIZATION_FAILED, INVALID_TRANSACTION_TIMEOUT
        try rig.cluster.embedded.pushRequestErrors(.initProducerID, [code])
        rig.start()
        let outcome = try eventually("the worker ends") { rig.worker?.outcome }
        guard case .failure(let stop) = outcome else { throw Failure("it ended in good order") }
        #expect(stop.kind == .configuration)
        #expect(stop.message.contains(setting), "\(stop.message)")
    }

    private func push(_ fault: Fault, _ code: Int32, to cluster: EmbeddedCluster) throws {
        // The first Produce is the test's own order. After it come the alert and, in a request of its own, the
        // state. A fatal error has to hit both: the embedded cluster does not hide the state records of the
        // aborted transaction, so the next worker would believe them.
        let passes = fault.api == .produce
        let hits = passes && fault.kind == .fatal ? [code, code] : [code]
        if fault.kind == .late {
            if passes { try cluster.pushDelayedResponse(fault.api, delayMs: 0) }
            try cluster.pushDelayedResponse(fault.api, code: code, delayMs: 6_000)
        } else {
            cluster.pushRequestErrors(fault.api, passes ? [0] + hits : hits)
        }
    }

    /// Each order is for another pair and leaves it CRITICAL.
    private static func order(_ index: Int) -> Order {
        Order(
            id: Int64(index + 1), type: "RECEIVED", product: Int32(index) % Shop.products + 1,
            warehouse: Int32(index) / Shop.products + 1, quantity: 1, second: 1_775_000_000)
    }

    private func check(
        _ fault: Fault, _ sent: [Order], _ counts: Telemetry.Counts, _ messages: [Message]
    ) throws {
        let attempts = counts.aborted + counts.unknownOutcome + counts.fencings
        let byKey = Dictionary(grouping: messages, by: \.keyText)
        #expect(Set(byKey.keys) == Set(sent.map(\.key)), "nothing is lost")
        // A repeated attempt publishes the same alert as the first one.
        for (key, messages) in byKey {
            #expect(Set(messages.map(\.value)).count == 1, "\(key) has one alert")
        }
        switch fault.kind {
        case .retriable:
            #expect(attempts == 0)
            #expect(messages.count == sent.count)
            #expect(counts.alertChanges == sent.count)
        case .abortable:
            #expect(attempts >= fault.codes.count)
            #expect(counts.alertChanges == sent.count)
            #expect(messages.count <= sent.count + attempts)
        case .fatal, .late:
            #expect(attempts >= (fault.kind == .late ? 0 : fault.codes.count))
            // The worker looks up an unknown outcome, which may turn out to have been a commit.
            #expect(counts.alertChanges <= sent.count)
            #expect(counts.alertChanges + counts.unknownOutcome + counts.fencings >= sent.count)
            #expect(messages.count <= sent.count + attempts)
        }
    }
}
