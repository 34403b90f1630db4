extension Kind where Value == [String] {
    /// Broker addresses as librdkafka takes them.
    static let brokers = Kind(
        shape: .list, expected: "host:port addresses separated by commas",
        parse: { raw in
            let addresses = addresses(raw)
            return !addresses.isEmpty && addresses.allSatisfy(BrokerAddress.isLegal) ? addresses : nil
        }, flaws: { flaws(of: addresses($0)) })

    /// Without the blanks around commas and without what stray commas leave.
    private static func addresses(_ raw: RawValue) -> [String] {
        guard case .list(let elements) = raw, !raw.isNull else { return [] }
        return elements.flatMap(RawValue.elements)
    }

    /// What is wrong with the addresses, each kind of flaw once.
    private static func flaws(of addresses: [String]) -> [Flaw] {
        // A password may hold commas, so no address is shown.
        if addresses.contains(where: { $0.contains("@") }) {
            return [
                Flaw(
                    found: nil,
                    remedy: "an address has no user and no password; set kafka.sasl_username and the credential "
                        + "kafka.sasl_password, and write host:port alone")
            ]
        }
        var flaws: [Flaw] = []
        for address in addresses {
            do throws(BrokerAddress.Flaw) {
                _ = try BrokerAddress(address)
            } catch {
                guard !flaws.contains(where: { $0.remedy == error.remedy }) else { continue }
                flaws.append(Flaw(found: address, remedy: error.remedy))
            }
        }
        return flaws
    }
}

extension Kind where Value == [String: String] {
    /// librdkafka's own properties; it checks their values later.
    static let properties = Kind(
        shape: .map, expected: expectedProperties,
        // `ssl.ca.location: null` leaves the property at its default.
        parse: { MapText.read($0)?.filter { !RawValue.isNull($0.value) } },
        // The value may hold a secret anywhere.
        flaws: { _ in [Flaw(found: nil, remedy: "must be \(expectedProperties)")] })

    private static let expectedProperties =
        "a map of librdkafka property names to values (in a variable: name=value,name=value)"
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
        guard case .list(let entries) = raw else { return nil }
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
