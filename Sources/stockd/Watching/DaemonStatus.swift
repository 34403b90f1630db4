import Foundation
import WebClient

/// The part of `/v1/status` that is shown.
struct DaemonStatus: Decodable {
    struct Partition: Decodable {
        var partition: Int32
        var worker: Int?
        var offset: Int64?
        var endOffset: Int64?
        var lag: Int64?
        var trend: String
    }

    struct Worker: Decodable {
        var worker: Int
        var status: String
        var running: Bool
    }

    struct Transactions: Decodable {
        var committed: Int
        var aborted: Int
    }

    var release: String
    var uptimeSeconds: Double
    var ready: Bool
    var reasons: [String]
    var groupId: String
    var inputTopic: String
    var ageMs: Int64?
    var stale: Bool
    var events: [String: Int]
    var eventsPerSecond: Double
    var transactions: Transactions
    var pairs: Int
    var alerts: [String: Int]
    var workers: [Worker]
    var partitions: [Partition]
}

/// The daemon at one moment.
struct DaemonPicture {
    var status: DaemonStatus
    var alerts: CSVTable

    /// - Parameter rows: how many alerts are asked for, the worst first.
    init(_ client: WebClient, rows: Int) async throws(WebClientFailure) {
        let answer = try await client.ask("/v1/status")
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            status = try decoder.decode(DaemonStatus.self, from: Data(answer.body))
        } catch {
            throw .away("\(client.address) does not respond as a stockd of this release does: \(error)")
        }
        let query = [("sort", "-level"), ("limit", "\(max(1, min(rows, 10_000)))")]
        alerts = CSVTable(try await client.ask("/v1/alerts.csv", query).body)
    }
}
