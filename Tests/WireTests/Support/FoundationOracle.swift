import Foundation
import Inventory
import Wire

/// Reads an event with Foundation's JSONSerialization.
enum FoundationOracle {
    enum Verdict {
        case event(OrderEvent)
        /// Bad, for one of these reasons.
        case bad([BadEvent.Reason])
    }

    private struct Wrong: Error {
        var reason: BadEvent.Reason
    }

    static func read(_ bytes: [UInt8]) -> Verdict {
        if String(validating: bytes, as: UTF8.self) == nil { return .bad([.invalidUTF8]) }
        guard let json = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        else {
            return .bad([.invalidJSON])
        }
        guard let object = json as? [String: Any] else { return .bad([.notAnObject]) }
        do throws(Wrong) {
            return .event(try event(object))
        } catch {
            return .bad([error.reason])
        }
    }

    private static func event(_ object: [String: Any]) throws(Wrong) -> OrderEvent {
        let id = try integer(object, "event_id", .eventIDOutOfRange, Int64.min...Int64.max)
        guard let type = object["event_type"] else { throw Wrong(reason: .missingField) }
        guard let type = type as? String else { throw Wrong(reason: .wrongType) }
        let sign: Int64? = type == "RECEIVED" || type == "RETURNED" ? 1 : type == "SHIPPED" ? -1 : nil
        let int32 = Int64(Int32.min)...Int64(Int32.max)
        let product = try integer(object, "product_id", .productIDOutOfRange, int32)
        let warehouse = try integer(object, "warehouse_id", .warehouseIDOutOfRange, int32)
        let quantity = try integer(object, "quantity", .quantityOutOfRange, 0...Int64(Int32.max))
        guard let time = object["event_time"] else { throw Wrong(reason: .missingField) }
        return OrderEvent(
            id: EventID(id),
            pair: Pair(product: ProductID(Int32(product)), warehouse: WarehouseID(Int32(warehouse))),
            units: (sign ?? 0) * quantity, time: Timestamp(microseconds: try instant(time)),
            typeIsKnown: sign != nil)
    }

    private static func integer(
        _ object: [String: Any], _ field: String, _ range: BadEvent.Reason, _ allowed: ClosedRange<Int64>
    ) throws(Wrong) -> Int64 {
        guard let value = object[field] else { throw Wrong(reason: .missingField) }
        guard let number = number(value) else { throw Wrong(reason: .wrongType) }
        guard number == number.rounded() else { throw Wrong(reason: .notAnInteger) }
        guard let exact = Int64(exactly: number), allowed.contains(exact) else { throw Wrong(reason: range) }
        return exact
    }

    private static func instant(_ value: Any) throws(Wrong) -> Int64 {
        if let text = value as? String {
            guard let instant = InstantOracle.microseconds(text) else {
                throw Wrong(reason: .invalidTimestamp)
            }
            return instant
        }
        guard let number = number(value) else { throw Wrong(reason: .wrongType) }
        guard let epoch = Int64(exactly: number) else { throw Wrong(reason: .invalidTimestamp) }
        let instant = InstantOracle.microseconds(epoch: epoch)
        let years = InstantOracle.days(0, 1, 1)..<InstantOracle.firstDays[10_000]
        guard years.contains(Int((Double(instant) / 86_400_000_000).rounded(.down))) else {
            throw Wrong(reason: .invalidTimestamp)
        }
        return instant
    }

    /// A Double is exact: the compared texts hold at most 15 digits.
    private static func number(_ value: Any) -> Double? {
        guard let number = value as? NSNumber, String(cString: number.objCType) != "c" else { return nil }
        return number.doubleValue
    }
}
