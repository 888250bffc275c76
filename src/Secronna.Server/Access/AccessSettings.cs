namespace Secronna.Server.Access;

/// <summary>Section <c>Secronna__Access</c> of the settings.</summary>
internal sealed class AccessSettings
{
    /// <summary>
    /// Whether API keys, which have no second factor, may create and change credentials (S32). They may revoke credentials in
    /// any case.
    /// </summary>
    public bool KeysMayGrant { get; set; } = true;
}
