using Secronna.IdentityProvider.Keys;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider;

/// <summary>The provider's options. The defaults are like Huudis's, on a free port.</summary>
public sealed record ProviderOptions
{
    /// <summary>The port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether the issuer ends with a slash. Huudis's issuer does not.</summary>
    public bool IssuerEndsWithSlash { get; init; }

    /// <summary>The people who can sign in at first.</summary>
    public IReadOnlyList<Person> People { get; init; } =
    [
        new("usr_ada", "acc_alpha", "ada@alpha.example", "Ada", "owner", MfaVerified: true),
        new("usr_ben", "acc_alpha", "ben@alpha.example", "Ben", "viewer", MfaVerified: false),
        new("usr_cleo", "acc_beta", "cleo@beta.example", "Cleo", "admin"),
    ];

    /// <summary>The clients with the client credentials grant.</summary>
    public IReadOnlyList<ServiceAccount> ServiceAccounts { get; init; } = [ServiceAccount.Deployer];

    /// <summary>
    /// The id of the public client, which may use the device flow, the code flow with PKCE, and refresh tokens.
    /// </summary>
    public string ClientId { get; init; } = "secronna-cli";

    /// <summary>The audiences of access tokens, unless the sign-in names others.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = ["secronna"];

    /// <summary>The algorithm of the first signing key.</summary>
    public SigningAlgorithm Algorithm { get; init; } = SigningAlgorithm.ES256;

    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(14);

    /// <summary>The lifetime of a device code and its user code.</summary>
    public TimeSpan DeviceCodeLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The minimum time between two polls of a device. Answers announce it in whole seconds, rounded up, unless
    /// <see cref="AnnouncedPollingInterval"/> is set.
    /// </summary>
    public TimeSpan PollingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The polling interval that answers announce; <c>null</c> announces the true interval. If the announced interval is shorter
    /// than the true one, clients get <c>slow_down</c>.
    /// </summary>
    public TimeSpan? AnnouncedPollingInterval { get; init; }

    /// <summary>How much each <c>slow_down</c> lengthens the polling interval (RFC 8628, section 3.5: 5 seconds).</summary>
    public TimeSpan SlowDownStep { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Called for each <c>slow_down</c>.</summary>
    public Action? SlowedDown { get; init; }

    /// <summary>The clock for tokens, codes and polls.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
