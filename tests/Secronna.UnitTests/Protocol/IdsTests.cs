using System.Buffers.Binary;
using CsCheck;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Protocol;

/// <summary>Ids: their form, their order, and the time in them.</summary>
public sealed class IdsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_new_id_is_valid_and_its_bytes_hold_its_time()
    {
        for (var i = 0; i < 1_000; i++)
        {
            var now = Now.AddMilliseconds(i);
            var id = Ids.New(Ids.Secret, now);
            Assert.Equal(Ids.Secret.Length + Ids.UlidLength, id.Length);
            Assert.True(Ids.IsValid(Ids.Secret, id));
            Assert.Equal(now.ToUnixTimeMilliseconds(), BinaryPrimitives.ReadInt64BigEndian(Bytes(id)) >> 16);
        }
    }

    [Fact]
    public void Ids_sort_like_their_times_and_like_their_bytes() =>
        Gen.Select(Gen.Long[0, (1L << 47) - 1], Gen.Long[0, (1L << 47) - 1]).Sample((one, other) =>
        {
            // The largest number of milliseconds that a DateTimeOffset can hold.
            const long Latest = 253_402_300_799_999;
            var (a, b) = (one % Latest, other % Latest);
            var (first, second) = (
                Ids.New(Ids.Secret, DateTimeOffset.FromUnixTimeMilliseconds(a)), Ids.New(Ids.Secret, DateTimeOffset.FromUnixTimeMilliseconds(b)));
            Assert.True(a == b || a.CompareTo(b) == Math.Sign(string.CompareOrdinal(first, second)));
            Assert.Equal(Math.Sign(Bytes(first).AsSpan().SequenceCompareTo(Bytes(second))), Math.Sign(string.CompareOrdinal(first, second)));
        });

    [Theory]
    [InlineData("sec_01arz3ndektsv4rrffq69g5fav", true)]
    [InlineData("sec_7zzzzzzzzzzzzzzzzzzzzzzzzz", true)]
    [InlineData("sec_8zzzzzzzzzzzzzzzzzzzzzzzzz", false)]
    [InlineData("sec_01ARZ3NDEKTSV4RRFFQ69G5FAV", false)]
    [InlineData("sec_01arz3ndektsv4rrffq69g5fai", false)]
    [InlineData("sec_01arz3ndektsv4rrffq69g5fau", false)]
    [InlineData("sec_01arz3ndektsv4rrffq69g5fa", false)]
    [InlineData("sec_01arz3ndektsv4rrffq69g5favv", false)]
    [InlineData("env_01arz3ndektsv4rrffq69g5fav", false)]
    [InlineData("01arz3ndektsv4rrffq69g5fav", false)]
    [InlineData("sec_", false)]
    [InlineData("", false)]
    [InlineData("sec_01arz3ndektsv4rrffq69g5fa\0", false)]
    public void Only_the_canonical_form_of_an_id_is_valid(string id, bool valid)
    {
        Assert.Equal(valid, Ids.IsValid(Ids.Secret, id));
        if (!valid)
        {
            Assert.Throws<FormatException>(() => Ids.UlidBytes(Ids.Secret, id, new byte[16]));
        }
    }

    private static byte[] Bytes(string id)
    {
        var bytes = new byte[Ids.UlidSize];
        Ids.UlidBytes(Ids.Secret, id, bytes);
        return bytes;
    }
}
