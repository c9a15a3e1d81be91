import Testing

@testable import Civil

struct IPNetworkTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "::1", false),
        ("172.16.0.0/12", "172.31.1.1", true), ("172.16.0.0/12", "172.32.0.0", false), ("fd00::/8", "fdff::1", true),
        ("fd00::/8", "fc00::1", false), ("::/0", "2001:db8::1", true), ("2001:db8::/33", "2001:db8:8000::", false),
    ])
    func whatANetworkContains(network: String, address: String, isIn: Bool) throws {
        let network = try #require(IPNetwork(network))
        #expect(network.contains(try #require(IPNetwork.address(address))) == isIn)
    }

    @Test(arguments: [
        "", "10", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/-1", "10.0.0.0/+8", "a.example", "fd00::/129", "fd00::1/8",
        "10.0.0.0/8/8", "256.0.0.0/8", " 10.0.0.0/8", "127.1",
    ])
    func whatIsNoNetwork(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test func aListNamesWhatIsNone() {
        let (networks, unfit) = IPNetwork.list("10.0.0.0/8, fd00::/8;x 10.0.0.1/8\n192.168.1.1")
        #expect(networks.count == 3 && unfit == ["x", "10.0.0.1/8"])
    }
}
