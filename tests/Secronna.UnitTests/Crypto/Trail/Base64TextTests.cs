using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class Base64TextTests
{
    [Fact]
    public void Bytes_are_read_back_from_their_text() => Gen.Byte.Array[0, 100].Sample(bytes =>
    {
        Assert.True(Base64Text.TryDecode(Base64Text.Encode(bytes), out var decoded));
        Assert.Equal(bytes, decoded);
    });

    [Theory]
    [InlineData("AAAA\nAAA=")]
    [InlineData(" AAAAAAA=")]
    [InlineData("AAAAAAA=\n")]
    [InlineData("AAAAAAA")]
    [InlineData("AAAAAAB=")]
    [InlineData("AB==")]
    [InlineData("AA=A")]
    [InlineData("AA-_")]
    [InlineData("AAAAAA==A")]
    public void Any_other_spelling_is_refused(string text)
    {
        Assert.False(Base64Text.TryDecode(text, out var bytes));
        Assert.Empty(bytes);
    }
}
