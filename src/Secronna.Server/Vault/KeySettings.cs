namespace Secronna.Server.Vault;

/// <summary>The settings of project KEKs.</summary>
internal sealed class KeySettings
{
    /// <summary>The age at which the server replaces a project's KEK by itself; <c>null</c> sets no age limit.</summary>
    public TimeSpan? OldestKek { get; set; }
}
