import Inventory
import Testing

@testable import Wire

/// Event types as columns of the type char(n) hold them.
@Suite struct PaddedTypeTests {
    private func row(_ id: Int, _ type: String, _ quantity: Int) -> String {
        #"{"event_id":\#(id),"event_type":"\#(type)","product_id":1,"warehouse_id":1,"quantity":\#(quantity),"#
            + #""event_time":"2026-03-30T08:00:00Z"}"#
    }

    private func units(_ message: InputMessage) -> Int64? {
        switch message {
        case .event(let event), .change(.upsert(let event, _)): event.typeIsKnown ? event.units : nil
        default: nil
        }
    }

    @Test("A padded type counts as the type, in whatever message it comes.")
    func messages() throws {
        let ways: [(String) -> String] = [
            { $0 }, { DebeziumText.envelope("c", after: $0) }, { $0.dropLast() + #","__op":"c","__lsn":7}"# },
            { DebeziumText.withSchema(DebeziumText.envelope("c", after: $0)) }, { DebeziumText.rowWithSchema($0) },
        ]
        for way in ways {
            let messages = [row(1, "RECEIVED  ", 10), row(2, "SHIPPED   ", 4)].map(way)
            let moved = try messages.map { try units(InputDecoder().decode($0)) ?? 0 }
            #expect(moved.reduce(0, +) == 6, "\(messages[0])")
        }
        #expect(try EventDecoder().decode(row(2, "SHIPPED ", 4)).units == -4)
        #expect(try EventDecoder().decode(row(2, #"SHIPPED\u0020 "#, 4)).units == -4)
    }

    @Test("Only blanks at the end do not count.")
    func otherWhiteSpace() throws {
        for type in [" SHIPPED", #"SHIPPED\t"#, #"SHIPPED\n"#, "SHIPPED\u{A0}", "SHIP PED", #"SHIPPED\u0000 "#, " "] {
            #expect(try EventDecoder().decode(row(1, type, 4)).typeIsKnown == false, "\(type)")
        }
    }

    @Test("A configured type may be padded itself.")
    func configuredTypes() throws {
        let decoder = EventDecoder(signs: SignTable(["DAMAGED   ": -1, "A LONG NAME OF A TYPE   ": 1]))
        for type in ["DAMAGED", "DAMAGED   ", "DAMAGED          "] {
            #expect(try decoder.decode(row(1, type, 4)).units == -4)
        }
        #expect(try decoder.decode(row(1, "A LONG NAME OF A TYPE", 4)).units == 4)
    }

    @Test("An unknown type is logged by its name without the padding.")
    func loggedName() {
        let name = withExactBytes(Array(row(1, "LOST      ", 4).utf8)) { InputDecoder().typeName($0) }
        #expect(name == "LOST")
    }
}
