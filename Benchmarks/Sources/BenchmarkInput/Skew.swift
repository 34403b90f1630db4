import Foundation

extension EventText {
    /// How events choose their pairs.
    package enum Skew {
        case uniform
        /// The pair of rank k is chosen in proportion to 1 / k^exponent.
        case zipf(exponent: Double)
        /// All but one event in a hundred are of one pair.
        case hot
    }

    /// Chooses pairs one after the other.
    struct Chooser {
        private let pairs: Int
        private let skew: Skew
        /// By rank, the sum of the weights up to it; only for Zipf.
        private var sums: [Double] = []

        init(_ skew: Skew, pairs: Int) {
            self.skew = skew
            self.pairs = pairs
            guard case .zipf(let exponent) = skew else { return }
            var sum = 0.0
            sums = (1...pairs).map { rank in
                sum += 1 / pow(Double(rank), exponent)
                return sum
            }
        }

        func next(_ random: inout SplitMix) -> Int {
            let number = random.next()
            switch skew {
            case .uniform: return Int(number % UInt64(pairs))
            case .hot: return number % 100 == 0 ? Int(number / 100 % UInt64(pairs)) : 0
            case .zipf:
                let wanted = Double(number >> 11) / Double(1 << 53) * (sums.last ?? 0)
                var (low, high) = (0, pairs - 1)
                while low < high {
                    let middle = (low + high) / 2
                    if sums[middle] < wanted { low = middle + 1 } else { high = middle }
                }
                // Neighbours in rank are not neighbours in memory.
                return low &* 7_919 % pairs
            }
        }
    }
}
