using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Secronna.IdentityProvider.Faults;
using Secronna.IdentityProvider.Keys;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>What outlives a listener: a provider that goes down and comes back knows its keys, people and tokens.</summary>
internal sealed class ProviderState(ProviderOptions options)
{
    private static int count;

    public ProviderOptions Options { get; } = options;

    public KeyRing Keys { get; } = new(SigningKey.Create(options.Algorithm));

    public PeopleDirectory People { get; } = new(options.People);

    public FaultSwitches Faults { get; } = new();

    public PollingPace Pace { get; } = new(options);

    /// <summary>A database in memory, by a name that no other provider in this process has.</summary>
    public string Database { get; } = $"provider-{Interlocked.Increment(ref count)}";

    /// <summary>Codes and refresh tokens are encrypted: only the provider reads them.</summary>
    public SymmetricSecurityKey EncryptionKey { get; } = new(RandomNumberGenerator.GetBytes(32));

    /// <summary>As discovery and tokens have it. Known from when the provider first listens.</summary>
    public string Issuer { get; set; } = "";
}
