import Inventory
import Pipeline
import Testing
import Wire

/// Steps that many scenarios share.
extension Scenario {
    /// Starts a worker that stops by itself and returns the reason. The group is empty afterwards.
    func stop(
        _ catalog: Catalog = Scenario.catalog(), steps: Int = 200,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> StopReason? {
        let stop = #expect(throws: StopReason.self, sourceLocation: sourceLocation) {
            try run(start(catalog), steps: steps)
        }
        cluster.members = []
        return stop
    }

    /// Stops a worker in good order.
    func finish(_ process: Simulation.Process, sourceLocation: SourceLocation = #_sourceLocation) throws {
        process.inbox.stop()
        #expect(try !process.worker.step(), sourceLocation: sourceLocation)
        process.session.close()
    }

    /// Starts a worker that dies within so many calls; its transaction is aborted.
    func die(_ catalog: Catalog, after calls: Int, steps: Int = 600) {
        cluster.faults.lazySends = 500
        let dying = start(catalog)
        dying.session.callsToLive = calls
        do { try run(dying, steps: steps) } catch { #expect(dying.session.isDead, "\(error)") }
        kill(dying)
        cluster.faults.lazySends = 0
        cluster.advance(20_000)
    }

    /// Writes an event into any partition, whatever its product.
    func send(_ type: String, _ quantity: Int, product: Int = 1, id: Int64, to partition: Int) {
        sendRaw(
            #"{"event_id":\#(id),"event_type":"\#(type)","product_id":\#(product),"warehouse_id":1,"#
                + #""quantity":\#(quantity),"event_time":\#(SimProducer.firstSecond + id)}"#,
            to: partition)
    }

    /// The state records that stand, by state partition.
    var standing: [[StateRecord.Key: StateRecord]] {
        cluster.topics[.state]!.map { partition in
            var standing: [StateRecord.Key: StateRecord] = [:]
            for record in partition.committedRecords {
                guard let key = record.key?.withUnsafeBytes({ StateRecord.Key($0) }) else { continue }
                standing[key] = CommitChecker.read(record)
            }
            return standing
        }
    }

    /// A worker that ended in good order left a stock that has room for 5 more units.
    func fillUp() throws {
        let process = start()
        send("RECEIVED", 20)
        try run(process)
        try finish(process)
        // No test has the time for so many events.
        for case .entries(let bucket, var entries) in stored {
            entries[0].stock = .max - 5
            store(.entries(bucket: bucket, entries))
        }
    }

    /// Deletes records of the state topic as somebody else could.
    /// - Returns: how many there were.
    func deleteState(where isOne: (StateRecord.Key) -> Bool) -> Int {
        var count = 0
        for partition in cluster.topics[.state]! {
            let keys = Set(partition.committedRecords.compactMap(\.key)).filter { key in
                key.withUnsafeBytes { StateRecord.Key($0) }.map(isOne) ?? false
            }
            for key in keys { partition.append(SimRecord(offset: 0, key: key, value: nil)) }
            count += keys.count
        }
        return count
    }

    /// How many checkpoints the commits contain, from the given one on.
    func checkpoints(since first: Int = 0) -> Int {
        cluster.commits[first...].count { commit in
            commit.records.contains { topic, record in
                if topic == .state, case .checkpoint = CommitChecker.read(record) { true } else { false }
            }
        }
    }

    /// By pair, the newest level in the alert topic; nil where no alert stands.
    var published: [String: String?] {
        var newest: [String: String?] = [:]
        for record in cluster.topics[.alerts]!.flatMap(\.committedRecords) {
            let message = FlatJSON(record.value)
            newest[String(decoding: record.key ?? [], as: UTF8.self)] = ExpectedStock.level(
                message?["alert_severity"], oversold: message?["oversold_units"])
        }
        return newest
    }

    static func key(_ product: Int, _ warehouse: Int) -> String {
        "{\"product_id\":\(product),\"warehouse_id\":\(warehouse)}"
    }
}

extension StopReason {
    /// Whether the message contains all of these.
    func says(_ words: String...) -> Bool { words.allSatisfy { message.contains($0) } }
}
