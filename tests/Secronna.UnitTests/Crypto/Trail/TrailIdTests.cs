using CsCheck;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TrailIdTests
{
    private static readonly byte[] UlidOfSample = new byte[16];

    static TrailIdTests() => Ids.UlidBytes(Ids.Secret, $"sec_{TrailSample.Ulid}", UlidOfSample);

    [Fact]
    public void An_id_of_a_known_prefix_and_a_ULID_is_the_number_of_the_prefix_and_16_bytes()
    {
        foreach (var (index, prefix) in TrailId.Prefixes.Index())
        {
            var item = TrailId.ItemOf($"{prefix}_{TrailSample.Ulid}");
            Assert.Equal([0x51, (byte)(index + 1), .. UlidOfSample], item);
            Assert.Equal(TrailId.UlidItemSize, item.Length);
            Assert.Equal($"{prefix}_{TrailSample.Ulid}", TrailId.FromItem(item));
        }
    }

    [Fact]
    public void Every_new_id_is_packed_into_the_bytes_of_its_ULID()
    {
        var ulid = new byte[16];
        for (var i = 0; i < 1_000; i++)
        {
            var id = Ids.New(Ids.Credential, DateTimeOffset.UnixEpoch.AddDays(i * 100));
            Ids.UlidBytes(Ids.Credential, id, ulid);
            Assert.Equal(ulid, TrailId.ItemOfActor(id)[2..]);
            Assert.Equal(id, TrailId.FromItem(TrailId.ItemOfActor(id)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("acc_01k3s6x8r9v2m4n6p8q0s2t4v6")]
    [InlineData("SEC_01k3s6x8r9v2m4n6p8q0s2t4v6")]
    [InlineData("_01k3s6x8r9v2m4n6p8q0s2t4v6")]
    [InlineData("01k3s6x8r9v2m4n6p8q0s2t4v6")]
    [InlineData("sec-01k3s6x8r9v2m4n6p8q0s2t4v6")]
    [InlineData("sec_01K3S6X8R9V2M4N6P8Q0S2T4V6")]
    [InlineData("sec_81k3s6x8r9v2m4n6p8q0s2t4v6")]
    [InlineData("sec_01k3s6x8r9v2m4n6p8q0s2t4v")]
    [InlineData("sec_01k3s6x8r9v2m4n6p8q0s2t4v60")]
    [InlineData("sec_01k3s6x8r9v2m4n6p8q0s2t4vi")]
    [InlineData("sec_01k3s6x8r9v2m4n6p8q0s2t4vu")]
    [InlineData("sec_01k3s6x8r9v2m4n6p8q0s2t4v\u00b6")]
    [InlineData("sec_01k3s6x8r9v2m4n6p8q0s2t4v\u0136")]
    [InlineData("sec__1k3s6x8r9v2m4n6p8q0s2t4v6")]
    public void Any_other_id_is_text(string id)
    {
        Assert.Equal(3, TrailId.ItemOf(id)[0] >> 5);
        Assert.Equal(id, TrailId.FromItem(TrailId.ItemOf(id)));
    }

    [Fact]
    public void Ids_have_equal_items_exactly_if_they_are_equal()
    {
        var text = TrailSample.Text.Where(text => text.Length < 100 && !text.Any(char.IsSurrogate));
        Gen.Select(text, text).Sample(
            (first, second) => Assert.Equal(first == second, TrailId.ItemOf(first).SequenceEqual(TrailId.ItemOf(second))),
            iter: Rounds.Of(2_000, 100_000));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("5000000000000000000000000000000000")]
    [InlineData("510000000000000000000000000000000000")]
    [InlineData("510f00000000000000000000000000000000")]
    [InlineData("51050000000000000000000000000000000000")]
    [InlineData("61")]
    [InlineData("61ff")]
    [InlineData("780161")]
    [InlineData("616100")]
    [InlineData("781e6175645f30316b3373367838723976326d346e36703871307332743476" + "36")]
    public void Other_bytes_are_no_id(string item) => Assert.Throws<FormatException>(() => TrailId.FromItem(item.Bytes()));
}
