/// The worked day of the documentation: its reference data, its events, and the next day's event.
enum TutorialDay {
    static let products = """
        product_id,product_name,category,reorder_threshold,unit_price
        1,Wireless Headphones,Electronics,50,79.99
        2,USB-C Cable,Accessories,200,12.99
        3,Laptop Stand,Accessories,30,49.99
        4,Mechanical Keyboard,Electronics,40,129.99
        5,Webcam HD,Electronics,25,59.99
        """

    static let warehouses = """
        warehouse_id,warehouse_name,region
        1,East Coast Hub,US-East
        2,West Coast Hub,US-West
        3,Central Warehouse,US-Central
        """

    static let events: [String] = day.split(separator: "\n").map(String.init)

    static let nextDay = #"""
        {"event_id":23,"event_type":"RECEIVED","product_id":3,"warehouse_id":1,"quantity":100,"event_time":"2026-03-31T09:00:00Z"}
        """#

    private static let day = #"""
        {"event_id":1,"event_type":"RECEIVED","product_id":1,"warehouse_id":1,"quantity":500,"event_time":"2026-03-30T08:00:00Z"}
        {"event_id":2,"event_type":"RECEIVED","product_id":1,"warehouse_id":2,"quantity":300,"event_time":"2026-03-30T08:05:00Z"}
        {"event_id":3,"event_type":"RECEIVED","product_id":2,"warehouse_id":1,"quantity":1000,"event_time":"2026-03-30T08:10:00Z"}
        {"event_id":4,"event_type":"RECEIVED","product_id":2,"warehouse_id":2,"quantity":800,"event_time":"2026-03-30T08:15:00Z"}
        {"event_id":5,"event_type":"RECEIVED","product_id":2,"warehouse_id":3,"quantity":600,"event_time":"2026-03-30T08:20:00Z"}
        {"event_id":6,"event_type":"RECEIVED","product_id":3,"warehouse_id":1,"quantity":200,"event_time":"2026-03-30T08:25:00Z"}
        {"event_id":7,"event_type":"RECEIVED","product_id":3,"warehouse_id":3,"quantity":150,"event_time":"2026-03-30T08:30:00Z"}
        {"event_id":8,"event_type":"RECEIVED","product_id":4,"warehouse_id":1,"quantity":100,"event_time":"2026-03-30T08:35:00Z"}
        {"event_id":9,"event_type":"RECEIVED","product_id":4,"warehouse_id":2,"quantity":80,"event_time":"2026-03-30T08:40:00Z"}
        {"event_id":10,"event_type":"RECEIVED","product_id":5,"warehouse_id":2,"quantity":60,"event_time":"2026-03-30T08:45:00Z"}
        {"event_id":11,"event_type":"SHIPPED","product_id":1,"warehouse_id":1,"quantity":460,"event_time":"2026-03-30T10:00:00Z"}
        {"event_id":12,"event_type":"SHIPPED","product_id":1,"warehouse_id":2,"quantity":290,"event_time":"2026-03-30T10:30:00Z"}
        {"event_id":13,"event_type":"SHIPPED","product_id":2,"warehouse_id":1,"quantity":820,"event_time":"2026-03-30T11:00:00Z"}
        {"event_id":14,"event_type":"SHIPPED","product_id":2,"warehouse_id":2,"quantity":790,"event_time":"2026-03-30T11:30:00Z"}
        {"event_id":15,"event_type":"SHIPPED","product_id":2,"warehouse_id":3,"quantity":595,"event_time":"2026-03-30T12:00:00Z"}
        {"event_id":16,"event_type":"SHIPPED","product_id":3,"warehouse_id":1,"quantity":185,"event_time":"2026-03-30T12:30:00Z"}
        {"event_id":17,"event_type":"SHIPPED","product_id":3,"warehouse_id":3,"quantity":140,"event_time":"2026-03-30T13:00:00Z"}
        {"event_id":18,"event_type":"SHIPPED","product_id":4,"warehouse_id":1,"quantity":75,"event_time":"2026-03-30T13:30:00Z"}
        {"event_id":19,"event_type":"SHIPPED","product_id":4,"warehouse_id":2,"quantity":65,"event_time":"2026-03-30T14:00:00Z"}
        {"event_id":20,"event_type":"SHIPPED","product_id":5,"warehouse_id":2,"quantity":42,"event_time":"2026-03-30T14:30:00Z"}
        {"event_id":21,"event_type":"RETURNED","product_id":1,"warehouse_id":1,"quantity":5,"event_time":"2026-03-30T15:00:00Z"}
        {"event_id":22,"event_type":"RETURNED","product_id":2,"warehouse_id":2,"quantity":3,"event_time":"2026-03-30T15:30:00Z"}
        """#
}
