public import Inventory

/// A time as mail and HTTP write it (RFC 5322, 3.3; RFC 9110, 5.6.7).
public enum InternetDate {
    /// `Mon, 30 Nov 2026 16:04:54 +0000`, or with `GMT`.
    /// - Parameters:
    ///   - instant: of the years 1000 to 9999; its fraction is left out.
    ///   - zone: how the header calls UTC.
    public static func string(_ instant: Timestamp, zone: String) -> String {
        let seconds = instant.microseconds.floorDivided(by: 1_000_000)
        let days = seconds.floorDivided(by: 86400)
        let ofDay = seconds.floorRemainder(by: 86400)
        let date = Calendar.date(days: Int(days))
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        // 1 January 1970 was a Thursday.
        let name = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(days.floorRemainder(by: 7))]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = "\(two(ofDay / 3600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60))"
        return "\(name), \(two(Int64(date.day))) \(months[Int(date.month) - 1]) \(date.year) \(time) \(zone)"
    }
}
