using Secronna.IdentityProvider.Keys;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider;

/// <summary>What the provider is to be like. The defaults are Huudis's, on a port of its own.</summary>
public sealed record ProviderOptions
{
    /// <summary>The port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Ends the issuer with a slash. Huudis's has none.</summary>
    public bool IssuerEndsWithSlash { get; init; }

    /// <summary>Who can sign in.</summary>
    public IReadOnlyList<Person> People { get; init; } =
    [
        new("usr_ada", "acc_alpha", "ada@alpha.example", "Ada", "owner", MfaVerified: true),
        new("usr_ben", "acc_alpha", "ben@alpha.example", "Ben", "viewer", MfaVerified: false),
        new("usr_cleo", "acc_beta", "cleo@beta.example", "Cleo", "admin"),
    ];

    /// <summary>Clients with the client credentials grant.</summary>
    public IReadOnlyList<ServiceAccount> ServiceAccounts { get; init; } = [ServiceAccount.Deployer];

    /// <summary>The public client: device flow, code with PKCE, refresh.</summary>
    public string ClientId { get; init; } = "secronna-cli";

    /// <summary>What access tokens are for, unless who signs in says otherwise.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = ["secronna"];

    /// <summary>The first signing key's algorithm.</summary>
    public SigningAlgorithm Algorithm { get; init; } = SigningAlgorithm.ES256;

    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long a device code and its user code can be used.</summary>
    public TimeSpan DeviceCodeLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The least time between two polls. Answers say it in whole seconds, rounded up, unless they are to say another.</summary>
    public TimeSpan PollingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The interval that answers say; null is the true one. Who is told a shorter one is told to slow down later.</summary>
    public TimeSpan? SaidPollingInterval { get; init; }

    /// <summary>By how much each slow_down lengthens the interval that is asked for (RFC 8628, section 3.5: 5 s).</summary>
    public TimeSpan SlowDownStep { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Called each time that a device is told to slow down.</summary>
    public Action? SlowedDown { get; init; }

    /// <summary>The clock of tokens, codes and polls.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
