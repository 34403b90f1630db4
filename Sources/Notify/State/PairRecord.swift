internal import Foundation
import Inventory

/// What the state topic holds of a pair, under the alert message's own key.
///
/// The value is a line of JSON and then the alert's newest message as it came. A pair without an alert, of which no
/// receiver shows anything, has no record.
struct PairRecord: Equatable {
    struct Header: Equatable, Codable {
        /// The version of this layout.
        var format = Self.format
        /// When the alert began, by its message's timestamp, in milliseconds since the epoch.
        var began: Int64
        /// When it ended; nil while it stands.
        var ended: Int64?
        /// By the receivers' names.
        var receivers: [String: Entry]

        static let format = 1
    }

    struct Entry: Equatable, Codable {
        var told: Told?
        var pending: Pending?
    }

    var header: Header
    var alert: Data

    func encoded() -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // Numbers, texts and optionals of these: there is nothing to fail.
        var bytes = (try? encoder.encode(header)) ?? Data()
        bytes.append(0x0A)
        bytes.append(alert)
        return bytes
    }

    init(header: Header, alert: Data) {
        self.header = header
        self.alert = alert
    }

    /// Nil when it is not a record of this format.
    init?(_ bytes: Data) {
        guard let end = bytes.firstIndex(of: 0x0A),
            let header = try? JSONDecoder().decode(Header.self, from: Data(bytes[..<end])),
            header.format == Header.format
        else { return nil }
        self.init(header: header, alert: Data(bytes[(end + 1)...]))
    }
}
