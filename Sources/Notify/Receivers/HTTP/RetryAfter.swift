import CCurl
import Foundation

/// The header `Retry-After`: seconds or an HTTP date.
enum RetryAfter {
    /// What is longer is a mistake.
    private static let most = 86_400

    static func value(ofLine line: String) -> String? {
        guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "retry-after" else { return nil }
        return line[line.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Nil when it is neither.
    static func duration(_ value: String, now: Date) -> Duration? {
        if !value.isEmpty, value.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
            return .seconds(min(Int(value) ?? most, most))
        }
        // curl_getdate takes much else for a date.
        guard value.hasSuffix(" GMT"), value.contains(":"), value.contains(",") else { return nil }
        let time = curl_getdate(value, nil)
        guard time >= 0 else { return nil }
        let left = Double(time) - now.timeIntervalSince1970
        return .seconds(min(max(Int(left.rounded(.up)), 0), most))
    }
}
