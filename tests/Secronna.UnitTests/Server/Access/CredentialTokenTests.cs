using System.Security.Cryptography;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Installation;
using Xunit;

namespace Secronna.UnitTests.Server.Access;

/// <summary>Tokens of API keys and access keys (S25).</summary>
[FlawClass("timing")]
public sealed class CredentialTokenTests
{
    [Theory]
    [InlineData(ActorTypes.ApiKey, "sk_live_")]
    [InlineData(ActorTypes.AccessKey, "st_live_")]
    public void A_token_begins_with_its_kind_and_holds_256_random_bits(string kind, string start)
    {
        var tokens = Enumerable.Range(0, 2_000).Select(_ => CredentialToken.New(kind)).ToList();
        Assert.All(tokens, token =>
        {
            Assert.Matches($@"\A{start}[0-9a-hjkmnp-tv-z]{{60}}\z", token);
            Assert.True(CredentialToken.IsWellFormed(token));
            Assert.Equal(token[..16], CredentialToken.Prefix(token));
        });
        Assert.True((CredentialToken.Length - CredentialToken.PrefixLength) * 5 >= 256);
        Assert.Equal(tokens.Count, tokens.Select(token => token[CredentialToken.PrefixLength..]).Distinct().Count());
        // Each of the 32 characters occurs at each position. The probability that one is missing in 2,000 tokens is below 10^-24.
        for (var place = start.Length; place < CredentialToken.Length; place++)
        {
            Assert.Equal(32, tokens.Select(token => token[place]).Distinct().Count());
        }
    }

    [Fact]
    public void Text_without_the_form_of_a_token_is_not_well_formed()
    {
        var token = CredentialToken.New(ActorTypes.ApiKey);
        string[] others =
        [
            "", "sk_live_", token[..^1], token + "0", "sk_test_" + token[8..], "SK_LIVE_" + token[8..], token[..^1] + "i", token[..^1] + "\0",
            token[..^1] + "é", token[..8] + "u" + token[9..], token.ToUpperInvariant(), " " + token[1..],
        ];
        Assert.All(others, other => Assert.False(CredentialToken.IsWellFormed(other)));
    }

    [Fact]
    public void The_hash_of_a_token_depends_on_the_key_the_workspace_the_id_and_every_character()
    {
        using var keys = new InstallationKeys(RandomNumberGenerator.GetBytes(32));
        using var otherKeys = new InstallationKeys(RandomNumberGenerator.GetBytes(32));
        var token = CredentialToken.New(ActorTypes.ApiKey);
        var hash = CredentialToken.Hash(keys, "acc_a", "key_1", token);
        Assert.Equal(hash, CredentialToken.Hash(keys, "acc_a", "key_1", token));
        Assert.NotEqual(hash, CredentialToken.Hash(otherKeys, "acc_a", "key_1", token));
        Assert.NotEqual(hash, CredentialToken.Hash(keys, "acc_b", "key_1", token));
        Assert.NotEqual(hash, CredentialToken.Hash(keys, "acc_a", "key_2", token));
        for (var place = 0; place < token.Length; place++)
        {
            var changed = token[..place] + (token[place] == 'a' ? 'b' : 'a') + token[(place + 1)..];
            Assert.NotEqual(hash, CredentialToken.Hash(keys, "acc_a", "key_1", changed));
        }
    }
}
