namespace Secronna.Server.Vault;

internal sealed class KeySettings
{
    /// <summary>The age from which on a project's KEK is replaced by itself; null is any.</summary>
    public TimeSpan? OldestKek { get; set; }
}
