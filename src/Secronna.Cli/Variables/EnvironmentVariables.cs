namespace Secronna.Cli.Variables;

/// <summary>The environment variables that this program reads. An empty variable counts as not set.</summary>
internal static class EnvironmentVariables
{
    /// <summary>Contains the credential. It wins over the credential that <c>auth login</c> saved.</summary>
    public const string Token = "SECRONNA_TOKEN";

    /// <summary>Contains the server's address. It wins over the address that <c>auth login</c> saved.</summary>
    public const string Server = "SECRONNA_API_URL";

    /// <summary>Contains the identity provider's issuer. It wins over what the server says.</summary>
    public const string Issuer = "SECRONNA_HUUDIS_ISSUER";

    /// <summary>Contains the client id to sign in with. It wins over what the server says.</summary>
    public const string ClientId = "SECRONNA_CLI_CLIENT_ID";

    /// <summary>The value of a variable, or <c>null</c> where it is not set or empty.</summary>
    public static string? Find(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
