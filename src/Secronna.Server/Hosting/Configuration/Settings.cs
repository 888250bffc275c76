using Secronna.Server.Access;
using Secronna.Server.Access.Tokens;
using Secronna.Server.Http;
using Secronna.Server.Installation;
using Secronna.Server.Vault;

namespace Secronna.Server.Hosting.Configuration;

/// <summary>All settings of section <c>Secronna</c>; docs/settings.md describes them.</summary>
internal sealed class Settings : InstallationSettings
{
    public KeySettings Keys { get; set; } = new();

    public IdentityProviderSettings Huudis { get; set; } = new();

    public AccessSettings Access { get; set; } = new();

    public LimitSettings Limits { get; set; } = new();

    public HttpSettings Http { get; set; } = new();

    /// <summary>Whether core dumps and diagnostics ports stay as the system sets them (S28).</summary>
    public bool Diagnostics { get; set; }

    /// <summary>The version of a runtime with known faults that <c>serve</c> may run on; <c>null</c> if there is none.</summary>
    public Version? AcceptRuntime { get; set; }
}
