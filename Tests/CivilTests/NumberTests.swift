import Civil
import Testing

@Suite struct NumberTests {
    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1.000"), (1_234_567, "1.234.567"), (-123_456, "-123.456"),
        (Int.min, "-9.223.372.036.854.775.808"),
    ])
    func wholeNumbers(value: Int, shown: String) {
        #expect(VietnameseFormat.number(value) == shown)
    }

    @Test(arguments: [
        (1234.5, 1, "1.234,5"), (0.05, 1, "0,1"), (0.04, 1, "0,0"), (-0.04, 1, "0,0"), (-1.5, 0, "-2"),
        (2.005, 1, "2,0"), (12, 2, "12,00"), (1.0625, 3, "1,063"), (.nan, 1, "chưa có số liệu"),
        (.infinity, 1, "chưa có số liệu"), (1e15, 1, "chưa có số liệu"),
    ] as [(Double, Int, String)])
    func decimals(value: Double, digits: Int, shown: String) {
        #expect(VietnameseFormat.decimal(value, digits: digits) == shown)
    }

    @Test(arguments: [
        (Int64(9987), Int64(10_000), 2, "99,87%"),
        // One second short of half a year is not 100%.
        (15_724_799, 15_724_800, 2, "99,99%"),
        (15_724_800, 15_724_800, 2, "100,00%"),
        (2, 3, 0, "66%"),
        (1, 1000, 1, "0,1%"),
        (1, 10_000, 2, "0,01%"),
        (0, 5, 2, "0,00%"),
        (3, 2, 1, "150,0%"),
        // Microseconds of a hundred years: the product has more than 64 bits.
        (3_155_759_999_999_999, 3_155_760_000_000_000, 6, "99,999999%"),
        (0, 0, 2, "chưa có số liệu"),
        (5, 0, 2, "chưa có số liệu"),
        (-1, 5, 2, "chưa có số liệu"),
        (1, -5, 2, "chưa có số liệu"),
    ])
    func aShareIsRoundedDown(part: Int64, whole: Int64, digits: Int, shown: String) {
        #expect(VietnameseFormat.share(part, of: whole, digits: digits) == shown)
    }

    @Test(arguments: [
        (0, "0 byte"), (1023, "1023 byte"), (1024, "1 KB"), (1536, "1,5 KB"), (1_572_864, "1,5 MB"),
        (52_428_800, "50 MB"), (52_428_799, "49,9 MB"), (3 << 30, "3 GB"), (-1, "0 byte"),
        (Int.max, "8.589.934.591,9 GB"),
    ])
    func sizes(count: Int, shown: String) {
        #expect(VietnameseFormat.bytes(count) == shown)
    }
}
