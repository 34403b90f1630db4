internal import Foundation
import Inventory

/// Names by which receivers tell whether they have seen something before.
enum NotificationID {
    private static let limit = 200

    /// What all notifications of one alert of a pair share: `stockd-notify/3/1/5` is the fifth of product 3 in
    /// warehouse 1.
    static func key(_ origin: String, _ alert: Alert, _ incident: UInt32) -> String {
        let parts = [origin, alert.productID, alert.warehouseID].map(escaped)
        let key = (parts + ["\(incident)"]).joined(separator: "/")
        return key.utf8.count <= limit ? key : hash([key])
    }

    /// The name of a notification, by those of its parts.
    static func of(_ parts: [String]) -> String {
        parts.count == 1 && parts[0].utf8.count <= limit ? parts[0] : hash(parts.sorted())
    }

    /// Letters, digits and a few more stand for themselves, so that no two ids give the same text.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = UnicodeScalar(byte)
            if byte < 0x80, CharacterSet.alphanumerics.contains(scalar) || "-._~".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count == 1 ? "0" + hex : hex)
            }
        }
        return result
    }

    private static func hash(_ parts: [String]) -> String {
        let bytes = Array(parts.joined(separator: " ").utf8)
        let hash = bytes.withUnsafeBytes { TextHash.id($0) }
        return "stockd-" + String(hash.high, radix: 16) + "-" + String(UInt64(bitPattern: hash.rawValue), radix: 16)
    }
}
