/// A number with what it counts, as people write it: `1 warehouse`, `2 warehouses`.
public enum Counted {
    /// - Parameter noun: the word for one; its plural ends with an s.
    public static func text(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(number) \(noun)\(ending(number))"
    }

    /// What follows a noun whose number is written in another way.
    public static func ending(_ number: some BinaryInteger) -> String { number == 1 ? "" : "s" }
}
