import Inventory

/// Instants as integers: the time since 1970 in a unit that its magnitude tells.
enum Epoch {
    /// Below 10^11 seconds, below 10^14 milliseconds, below 10^17 microseconds, nanoseconds from there; a
    /// negative number by its absolute value. What is finer than a microsecond is rounded down, as dropping
    /// digits of a written instant does.
    static func instant(_ number: Int64) -> Timestamp {
        let microseconds =
            switch number.magnitude {
            case ..<100_000_000_000: number * 1_000_000
            case ..<100_000_000_000_000: number * 1_000
            case ..<100_000_000_000_000_000: number
            default: number.floorDivided(by: 1_000)
            }
        return Timestamp(microseconds: microseconds)
    }

    /// Whether RFC 3339 can write the instant: it has the years 0000 to 9999.
    @inline(__always)
    static func isWritable(_ instant: Timestamp) -> Bool {
        -62_167_219_200_000_000...253_402_300_799_999_999 ~= instant.microseconds
    }

    /// The instant in a known unit; nil beyond the microseconds that fit in 64 bits.
    static func instant(_ number: Int64, in unit: FieldEncoding.EpochUnit) -> Timestamp? {
        let factor: Int64
        switch unit {
        case .nanoseconds: return Timestamp(microseconds: number.floorDivided(by: 1_000))
        case .microseconds: factor = 1
        case .milliseconds: factor = 1_000
        case .seconds: factor = 1_000_000
        case .days: factor = 86_400_000_000
        }
        let (microseconds, overflows) = number.multipliedReportingOverflow(by: factor)
        return overflows ? nil : Timestamp(microseconds: microseconds)
    }
}
