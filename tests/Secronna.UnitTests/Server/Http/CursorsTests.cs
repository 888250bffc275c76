using System.Security.Cryptography;
using CsCheck;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Server.Installation;
using Xunit;

namespace Secronna.UnitTests.Server.Http;

public sealed class CursorsTests : IDisposable
{
    private readonly InstallationKeys keys = new(RandomNumberGenerator.GetBytes(32));
    private readonly Cursors cursors;

    public CursorsTests() => cursors = new Cursors(keys);

    public void Dispose() => keys.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("sec_01arz3ndektsv4rrffq69g5fav")]
    [InlineData("9223372036854775807")]
    public void A_cursor_gives_its_position_back_for_its_own_list_and_installation_only(string position)
    {
        var cursor = cursors.Encode("acc_a\n/projects", position);
        Assert.Equal(position, cursors.Decode("acc_a\n/projects", cursor));
        Refused("acc_b\n/projects", cursor);
        Refused("acc_a\n/projects\nfilter=x", cursor);
        using var otherKeys = new InstallationKeys(RandomNumberGenerator.GetBytes(32));
        Assert.Throws<RequestException>(() => new Cursors(otherKeys).Decode("acc_a\n/projects", cursor));
    }

    [Fact]
    public void The_longest_key_makes_a_valid_cursor()
    {
        var key = new string('K', Limits.KeyLength);
        Assert.Equal(key, cursors.Decode("list", cursors.Encode("list", key)));
    }

    [Fact]
    public void A_cursor_with_a_changed_or_missing_character_is_refused()
    {
        var cursor = cursors.Encode("list", "12345");
        for (var place = 0; place < cursor.Length - 1; place++)
        {
            foreach (var other in "AZaz09-_ =+/\n\0é".Where(character => character != cursor[place]))
            {
                Refused("list", cursor[..place] + other + cursor[(place + 1)..]);
            }
        }

        for (var length = 0; length < cursor.Length; length++)
        {
            Refused("list", cursor[..length]);
        }
    }

    [Fact]
    public void Random_text_and_bytes_are_refused_as_cursors()
    {
        Gen.String.Sample(text => Refused("list", text));
        Gen.Byte.Array[0, 2_000].Sample(bytes => Refused("list", System.Buffers.Text.Base64Url.EncodeToString(bytes)), iter: 1_000);
        Refused("list", new string('A', 1_024));
        Refused("list", new string('A', 1_025));
        Refused("list", new string('A', 1_000_000));
    }

    private void Refused(string list, string cursor) =>
        Assert.Equal(ErrorCodes.ValidationError, Assert.Throws<RequestException>(() => cursors.Decode(list, cursor)).Code);
}
