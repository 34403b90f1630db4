import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("The tutorial day", .blocking)
struct TutorialDayTests {
    @Test("the tutorial day gives the documented views, and the next day's delivery resolves its alert")
    func day() throws {
        let rig = try Rig("tutorial", partitions: 1, catalog: Tutorial.catalog())
        defer { rig.close() }
        rig.start()
        for line in try TutorialFile.lines("order-events.ndjson") {
            try rig.post(Array(line.utf8), partition: 0)
        }
        try rig.flush()
        let views = try rig.settledViews()
        #expect(try views.tutorialStock == Tutorial.expected("current-stock-levels"))
        #expect(try views.tutorialAlerts == Tutorial.expected("low-stock-alerts"))
        #expect(try views.tutorialRollup == Tutorial.expected("multi-warehouse-inventory"))
        let book = try rig.alertBook()
        #expect(book.faults == [])
        #expect(book.levels == views.levels)
        #expect(book.rows.count == 10)

        for line in try TutorialFile.lines("order-events-next-day.ndjson") {
            try rig.post(Array(line.utf8), partition: 0)
        }
        try rig.flush()
        let later = try rig.settledViews()
        let laptopStands = later.alerts.filter { $0.product.name == "Laptop Stand" }
        #expect(laptopStands.map(\.warehouse.name) == ["Central Warehouse"])
        #expect(laptopStands.map(\.severity) == [.low])
        let messages = try rig.read(.alerts)
        #expect(messages.count == book.count + 1)
        let key = #"{"product_id":3,"warehouse_id":1}"#
        let last = try #require(messages.last { $0.keyText == key })
        let expected = """
            {"change":"RESOLVED","product_id":3,"product_name":"Laptop Stand","category":"Accessories",\
            "warehouse_id":1,"warehouse_name":"East Coast Hub","current_stock":115,"reorder_threshold":30,\
            "last_updated":"2026-03-31T09:00:00Z","units_below_threshold":null,"alert_severity":null,\
            "previous_severity":"LOW","previous_oversold_units":0,"oversold_units":0,"since":"2026-03-30T12:30:00Z","incident":1,\
            "source":{"partition":0,"offset":22}}
            """
        #expect(String(decoding: last.value ?? [], as: UTF8.self) == expected)
        try rig.stop()
    }
}
