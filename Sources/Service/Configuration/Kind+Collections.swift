extension Kind where Value == [String] {
    /// Broker addresses as librdkafka takes them.
    static let brokers = Kind(shape: .list, expected: "host:port addresses separated by commas") { raw in
        guard case .list(let elements) = raw, !elements.isEmpty else { return nil }
        return elements.allSatisfy(BrokerAddress.isLegal) ? elements : nil
    }
}

extension Kind where Value == [String: String] {
    /// librdkafka's own properties; it checks their values later.
    static let properties = Kind(
        shape: .map,
        expected: "a map of librdkafka property names to values (in a variable: name=value,name=value)"
    ) { raw in
        MapText.read(raw)
    }
}

extension Kind where Value == [String: Int] {
    /// What an order event's type does to stock.
    static let signs = Kind(
        shape: .map,
        expected: "a map of event types to +1, -1 or 0 (in a variable: RECEIVED=+1,SHIPPED=-1)"
    ) { raw in
        guard let map = MapText.read(raw), !map.isEmpty else { return nil }
        var signs: [String: Int] = [:]
        for (type, sign) in map {
            guard !type.isEmpty, let sign = Int(sign), (-1...1).contains(sign) else { return nil }
            signs[type] = sign
        }
        return signs
    }
}

/// Maps as the layers carry them: `name=value` entries.
enum MapText {
    static func write(_ signs: [String: Int]) -> String {
        signs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value > 0 ? "+" : "")\($0.value)" }
            .joined(separator: ",")
    }

    static func read(_ raw: RawValue) -> [String: String]? {
        guard case .list(let parts) = raw else { return nil }
        // A variable is split at every comma, those inside a value included: `debug=cgrp,topic`.
        var entries: [String] = []
        for part in parts where !part.isEmpty {
            if part.contains("=") {
                entries.append(part)
            } else if let last = entries.popLast() {
                entries.append(last + "," + part)
            } else {
                return nil
            }
        }
        var map: [String: String] = [:]
        for entry in entries {
            guard let equals = entry.firstIndex(of: "="), equals != entry.startIndex else { return nil }
            let value = String(entry[entry.index(after: equals)...])
            // A name given twice is ambiguous.
            guard map.updateValue(value, forKey: String(entry[..<equals])) == nil else { return nil }
        }
        return map
    }
}
