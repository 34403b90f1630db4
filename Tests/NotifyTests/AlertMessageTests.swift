import Foundation
import Inventory
import Testing

@testable import Notify

@Suite("Messages and records")
struct AlertMessageTests {
    private static let raised = #"""
        {"change":"RAISED","product_id":3,"product_name":"Laptop Stand","category":"Accessories","warehouse_id":1,\#
        "warehouse_name":"East Coast Hub","current_stock":-4,"reorder_threshold":30,\#
        "last_updated":"2026-03-30T12:30:00Z","units_below_threshold":34,"alert_severity":"CRITICAL",\#
        "previous_severity":null,"previous_oversold_units":null,"oversold_units":4,"since":"2026-03-30T12:30:00Z",\#
        "incident":2,"source":{"partition":0,"offset":2}}
        """#

    @Test("a change is read, with its level and either kind of id")
    func change() throws {
        let alert = try Alert(message: Data(Self.raised.utf8))
        #expect(alert.level == .oversold)
        #expect(alert.productID == "3" && alert.productName == "Laptop Stand" && alert.currentStock == -4)
        #expect(alert.incident == 2)
        let texts = Self.raised.replacing(#""product_id":3"#, with: #""product_id":"SKU-\"1\"""#)
        #expect(try Alert(message: Data(texts.utf8)).productID == #"SKU-"1""#)
        let gone = #"""
            {"change":"RESOLVED","product_id":3,"product_name":null,"category":null,"warehouse_id":1,\#
            "warehouse_name":null,"current_stock":null,"reorder_threshold":null,"last_updated":null,\#
            "units_below_threshold":null,"alert_severity":null,"previous_severity":"WARNING",\#
            "previous_oversold_units":0,"oversold_units":null,"since":"2026-03-31T10:00:00Z","incident":2,\#
            "source":null}
            """#
        #expect(try Alert(message: Data(gone.utf8)).level == nil)
    }

    @Test("the largest numbers are read")
    func limits() throws {
        let text = Self.raised.replacing(":-4,", with: ":-9223372036854775808,")
            .replacing(":34,", with: ":9223372036854775838,").replacing(":4,", with: ":9223372036854775808,")
        #expect(try Alert(message: Data(text.utf8)).level == .oversold)
    }

    @Test("a row of alerts.format: upsert is told apart from what stockd did not write")
    func others() {
        let row = #"{"product_id":3,"warehouse_id":1,"current_stock":5,"alert_severity":"LOW","oversold_units":0}"#
        #expect(throws: NotAChange.row) { try Alert(message: Data(row.utf8)) }
        for text in [
            "", "{}", "[1]", "null", "{\"change\":\"RAISED\"}", "\u{FF}",
            Self.raised.replacing("CRITICAL", with: "BAD"),
        ] {
            #expect(throws: NotAChange.foreign) { try Alert(message: Data(text.utf8)) }
        }
    }

    @Test("a record is read as it was written, with the message as it came")
    func record() throws {
        let told = Told(
            incident: 5, level: nil, acknowledged: .low, isCertain: false, number: 3, began: 1, at: 2, thread: "1.2")
        let record = PairRecord(
            header: PairRecord.Header(
                began: 1, ended: nil,
                receivers: [
                    "a": PairRecord.Entry(told: told, pending: Pending(direction: .down, since: 7)),
                    "b": PairRecord.Entry(told: nil, pending: nil),
                ]), alert: Data(Self.raised.utf8))
        #expect(PairRecord(record.encoded()) == record)
        #expect(PairRecord(Data("{\"format\":2}\n{}".utf8)) == nil)
        #expect(PairRecord(Data()) == nil)
    }
}
