using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.IdentityModel.Tokens;
using System.Security.Cryptography;
using Secronna.IdentityProvider.Faults;
using Secronna.IdentityProvider.Keys;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>What outlives a listener: a provider that goes down and comes back knows its keys, people and tokens.</summary>
internal sealed class ProviderState(ProviderOptions options)
{
    public ProviderOptions Options { get; } = options;

    public KeyRing Keys { get; } = new(SigningKey.Create(options.Algorithm));

    public PeopleDirectory People { get; } = new(options.People);

    public FaultSwitches Faults { get; } = new();

    public PollingPace Pace { get; } = new(options);

    public InMemoryDatabaseRoot Database { get; } = new();

    /// <summary>Codes and refresh tokens are encrypted: only the provider reads them.</summary>
    public SymmetricSecurityKey EncryptionKey { get; } = new(RandomNumberGenerator.GetBytes(32));

    /// <summary>As discovery and tokens have it. Known from when the provider first listens.</summary>
    public string Issuer { get; set; } = "";
}
