import Inventory

extension StateRecord {
    static func write(_ intent: Intent, into out: inout ByteWriter) {
        out.append("\"intent\"")
        field(",\"partition\":", Int64(intent.partition.rawValue), into: &out)
        field(",\"part\":", Int64(intent.part), into: &out)
        out.append(",\"input_offsets\":")
        list(intent.offsets.sorted { $0.key < $1.key }, into: &out) { place, out in
            field(",\"partition\":", Int64(place.key.rawValue), into: &out)
            field(",\"offset\":", place.value.rawValue, into: &out)
        }
        out.append(",\"alerts\":")
        list(intent.alerts, into: &out) { alert, out in write(alert.pair, alert.entry, into: &out) }
        out.append(",\"stock\":")
        list(intent.stock, into: &out) { pair, out in write(pair, into: &out) }
        out.append(",\"rollup\":")
        list(intent.rollup, into: &out) { product, out in
            field(",\"product_id\":", Int64(product.rawValue), into: &out)
        }
    }

    /// Objects whose fields each begin with a comma.
    private static func list<Element>(
        _ elements: [Element], into out: inout ByteWriter,
        _ fields: (Element, inout ByteWriter) -> Void
    ) {
        out.append("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { out.append(",") }
            var object = ByteWriter()
            fields(element, &object)
            out.append("{")
            out.append(utf8: String(decoding: object.bytes.dropFirst(), as: UTF8.self))
            out.append("}")
        }
        out.append("]")
    }
}
