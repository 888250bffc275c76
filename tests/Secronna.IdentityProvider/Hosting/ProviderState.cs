using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Secronna.IdentityProvider.Faults;
using Secronna.IdentityProvider.Keys;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>The state that outlives a listener: after an outage the provider still has its keys, people and tokens.</summary>
internal sealed class ProviderState(ProviderOptions options)
{
    private static int count;

    public ProviderOptions Options { get; } = options;

    public KeyRing Keys { get; } = new(SigningKey.Create(options.Algorithm));

    public PeopleDirectory People { get; } = new(options.People);

    public FaultSwitches Faults { get; } = new();

    public PollingPace Pace { get; } = new(options);

    /// <summary>The name of the in-memory database, which no other provider in this process uses.</summary>
    public string Database { get; } = $"provider-{Interlocked.Increment(ref count)}";

    /// <summary>The key that encrypts codes and refresh tokens, which only the provider reads.</summary>
    public SymmetricSecurityKey EncryptionKey { get; } = new(RandomNumberGenerator.GetBytes(32));

    /// <summary>The issuer in the discovery document and in tokens; empty until the provider first listens.</summary>
    public string Issuer { get; set; } = "";
}
