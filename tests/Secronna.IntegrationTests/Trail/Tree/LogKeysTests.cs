using System.Security.Cryptography;
using Secronna.Crypto;
using Secronna.Crypto.Trail;
using Secronna.Server.Installation;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Xunit;

namespace Secronna.IntegrationTests.Trail.Tree;

/// <summary>The installation's log key: there is one, however many nodes need it first, and only the installation key opens it.</summary>
public sealed class LogKeysTests
{
    [Fact]
    public async Task Nodes_that_need_the_first_key_at_once_get_the_same_one()
    {
        await using var log = await TestLog.CreateAsync();
        var nodes = Enumerable.Range(0, 8).Select(_ => log.OtherKeys()).ToList();
        var identities = await Task.WhenAll(nodes.Select(node => Task.Run(async () => await node.IdentityAsync())));

        Assert.Single(identities.Select(identity => identity.InstallationId).Distinct());
        Assert.Single(identities.Select(identity => Convert.ToHexString(Assert.Single(identity.Keys).PublicKey)).Distinct());
        Assert.Matches("^ins_[0-9a-hjkmnp-tv-z]{26}$", identities[0].InstallationId);
        nodes.ForEach(node => node.Dispose());
    }

    [Fact]
    public async Task Only_the_installation_key_opens_the_key()
    {
        await using var log = await TestLog.CreateAsync();
        var identity = await log.Keys.IdentityAsync();
        using var foreign = new InstallationKeys(RandomNumberGenerator.GetBytes(32));
        using var keys = new LogKeys(log.Storage.Database, foreign, log.Storage.Clock);

        await Assert.ThrowsAsync<TrailDamagedException>(async () => await keys.SignerAsync());
        Assert.NotNull(await log.Keys.SignerAsync());
        Assert.Equal(identity.InstallationId, (await log.Keys.IdentityAsync()).InstallationId);
    }

    [Fact]
    public void A_wrapped_seed_opens_under_its_key_and_its_installation_alone()
    {
        var (wrappingKey, seed) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));
        var box = LogKeyWrap.Wrap(wrappingKey, "ins_1", seed);
        using var original = LogKey.Create(seed);
        using var opened = LogKeyWrap.Unwrap(wrappingKey, "ins_1", box);

        Assert.Equal(original.PublicKey.ToArray(), opened.PublicKey.ToArray());
        Assert.Throws<DecryptionException>(() => LogKeyWrap.Unwrap(wrappingKey, "ins_2", box));
        Assert.Throws<DecryptionException>(() => LogKeyWrap.Unwrap(seed, "ins_1", box));
        for (var i = 0; i < box.Length; i++)
        {
            box[i] ^= 1;
            Assert.Throws<DecryptionException>(() => LogKeyWrap.Unwrap(wrappingKey, "ins_1", box));
            box[i] ^= 1;
        }
    }
}
