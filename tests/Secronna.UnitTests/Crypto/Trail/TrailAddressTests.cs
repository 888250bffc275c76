using System.Net;
using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TrailAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", "447f000001")]
    [InlineData("255.255.255.255", "44ffffffff")]
    [InlineData("0.0.0.0", "4400000000")]
    [InlineData("::", "5000000000000000000000000000000000")]
    [InlineData("::1", "5000000000000000000000000000000001")]
    [InlineData("1::", "5000010000000000000000000000000000")]
    [InlineData("2001:db8::1:0:0:1", "5020010db8000000000001000000000001")]
    [InlineData("2001:db8:0:1:1:1:1:1", "5020010db8000000010001000100010001")]
    [InlineData("1:2:3:4:5:6:7:8", "5000010002000300040005000600070008")]
    public void A_canonical_address_is_its_bytes(string address, string item) => Assert.Equal(item, ItemOf(address));

    [Theory]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("127.0.0.01")]
    [InlineData("127.0.0.256")]
    [InlineData("256.0.0.1")]
    [InlineData("00.0.0.1")]
    [InlineData("127.0.0.1000")]
    [InlineData("127.0.0")]
    [InlineData("127.0.0.")]
    [InlineData("127..0.1")]
    [InlineData("127.0.0.1.1")]
    [InlineData("127.0.0.1 ")]
    [InlineData("127.0.0.\u0661")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("2001:DB8::1")]
    [InlineData("2001:0db8::1")]
    [InlineData("2001:db8:0:0:1::1")]
    [InlineData("2001:db8::1:1:1:1:1")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1::2::3")]
    [InlineData(":::")]
    [InlineData(":1:2:3:4:5:6:7")]
    [InlineData("12345::")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    public void Any_other_text_stays_text(string address) => Assert.Equal(3, ItemOf(address).Bytes()[0] >> 5);

    [Fact]
    public void Every_address_that_the_platform_writes_without_a_decimal_part_is_packed()
    {
        var zeros = Gen.OneOf(Gen.Const((byte)0), Gen.Byte);
        Gen.OneOf(Gen.Byte.Array[4], zeros.Array[16]).Sample(bytes =>
        {
            var text = new IPAddress(bytes).ToString();
            if (bytes.Length == 4 || !text.Contains('.', StringComparison.Ordinal))
            {
                Assert.Equal(Hex.Text([(byte)(0x40 + bytes.Length), .. bytes]), ItemOf(text));
            }
        }, iter: Rounds.Of(3_000, 300_000));
    }

    // The address is the last pair of this entry.
    private static string ItemOf(string address)
    {
        var entry = TrailSample.Reveal with { Ip = address };
        var bytes = TrailEntryFormat.Encode(entry);
        var withoutAddress = TrailEntryFormat.Encode(entry with { Ip = null });
        Assert.Equal(entry, TrailEntryFormat.Decode(entry.WorkspaceId, bytes));
        Assert.Equal(TrailEntryKey.Ip, bytes[withoutAddress.Length]);
        return Hex.Text(bytes.AsSpan(withoutAddress.Length + 1));
    }
}
