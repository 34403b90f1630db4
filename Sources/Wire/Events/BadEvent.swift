/// A message that is no order event. It goes to the dead letters and never changes stock.
public struct BadEvent: Error, Equatable, Sendable {
    /// The stable name for programs.
    public var reason: Reason
    /// One sentence for people: the field and what was found. At most 200 bytes of the input are quoted,
    /// control characters escaped.
    public var message: String

    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    /// Why an event is bad. The raw values are part of the dead letters' format and do not change.
    public enum Reason: String, Sendable, CaseIterable {
        /// The text breaks JSON's grammar: truncated, followed by more text, a byte order mark or a schema registry's
        /// framing in front.
        case invalidJSON = "invalid_json"
        /// The message is not UTF-8, whatever else is wrong with it.
        case invalidUTF8 = "invalid_utf8"
        /// Valid JSON with something other than an object at the top.
        case notAnObject = "not_an_object"
        case missingField = "missing_field"
        /// A field of another JSON type: a quoted number, null, true, an object.
        case wrongType = "wrong_type"
        /// A number with a fraction, `5.5`.
        case notAnInteger = "not_an_integer"
        case eventIDOutOfRange = "event_id_out_of_range"
        case productIDOutOfRange = "product_id_out_of_range"
        case warehouseIDOutOfRange = "warehouse_id_out_of_range"
        /// An id that is to be a text is empty.
        case emptyID = "empty_id"
        /// An id that is a text has more than 255 bytes.
        case idTooLong = "id_too_long"
        /// An id that is a text holds U+0000 or half a surrogate pair.
        case invalidID = "invalid_id"
        /// The id of a product or a warehouse is a new text, and there are as many as `ids.max_names` allows.
        case tooManyNames = "too_many_names"
        /// Negative, or beyond int32.
        case quantityOutOfRange = "quantity_out_of_range"
        /// `event_time` is neither an instant's text nor an integer epoch.
        case invalidTimestamp = "invalid_timestamp"
        /// The type is not in the sign table, and the configuration sends such events to the dead letters.
        case unknownType = "unknown_type"
        /// The stock would leave Int64. Decided where the event is applied, not where it is read.
        case stockOverflow = "stock_overflow"
        /// A row of a reference table that is not valid: a column missing or of the wrong kind.
        case invalidRow = "invalid_row"
        /// An envelope's `op` is not known.
        case unknownOperation = "unknown_operation"
        /// An insert, update or snapshot row without the row itself.
        case missingRow = "missing_row"
        /// A delete that does not say of which row.
        case missingKey = "missing_key"
        /// A TRUNCATE of the events table, which `input.on_truncate` refuses. Decided where it would be applied.
        case truncateRefused = "truncate_refused"
        /// A timestamp of `infinity` or `-infinity`, in whatever unit.
        case infiniteTimestamp = "infinite_timestamp"
        /// A decimal as bytes whose scale neither a schema nor the configuration tells, or digits that may be such
        /// bytes.
        case unknownScale = "unknown_scale"
        /// A column that the database did not log, of a row that is not known.
        case unavailableValue = "unavailable_value"
        /// A change message of a format that stockd does not read.
        case unsupportedChangeFormat = "unsupported_change_format"
    }
}
