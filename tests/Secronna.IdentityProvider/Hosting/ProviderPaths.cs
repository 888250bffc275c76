namespace Secronna.IdentityProvider.Hosting;

/// <summary>The paths of the provider's endpoints. Clients learn them from the discovery document.</summary>
internal static class ProviderPaths
{
    public const string Discovery = "/.well-known/openid-configuration";
    public const string Jwks = "/.well-known/jwks.json";
    public const string Authorize = "/authorize";
    public const string DeviceAuthorization = "/device_authorization";
    public const string Device = "/device";
    public const string DeviceDone = "/device/done";
    public const string Token = "/token";
    public const string UserInfo = "/userinfo";
    public const string Revoke = "/revoke";
    public const string Logout = "/logout";
    public const string SignedOut = "/logout/done";
    public const string Rotate = "/test/rotate";
}
